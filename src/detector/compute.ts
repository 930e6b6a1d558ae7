import { greedyCoreset } from '../coreset/greedy.js';
import type { SelectRows } from '../coreset/samplers.js';
import type { WeightOptions } from '../denoise/discriminator.js';
import { patchWeights } from '../denoise/weights.js';
import { checkCancelled } from '../errors.js';
import { type Extractor, threadExtractor } from '../features/extract.js';
import { multiplyTransposed } from '../kernels/multiply.js';
import { task } from '../kernels/task.js';
import { ranges, type Threads } from '../kernels/threads.js';
import type { Watch } from '../progress.js';
import type { LikelihoodJob, PassJob, PassOutcome } from './cflow/flow-task.js';
import { indexNeighbours, type NeighbourIndex } from './neighbours.js';
import type { PadimJob } from './padim-task.js';

/**
 * Where the stages run: every system works through this, on threads with the exact kernels or on a device. Results of devices
 * agree with those of threads to the rounding each stage states.
 */
export interface Compute {
  /** Names the device in what it reads, and so in what every later stage is remembered by. */
  readonly extractor: Extractor;
  /** X Bᵀ: rows [n × k] and b [m × k] to [n × m]. */
  multiplyTransposed(rows: Float32Array, b: Float32Array, k: number, watch?: Watch): Promise<Float32Array>;
  /** Outlier weights of projected patches [images·positions × d], {@link patchWeights}. */
  patchWeights(
    z: Float32Array,
    positions: number,
    d: number,
    options: WeightOptions,
    watch?: Watch,
  ): Promise<Float32Array>;
  /** Greedy k-centre selection, {@link greedyCoreset}. */
  selectRows: SelectRows;
  /** Nearest bank rows, {@link indexNeighbours}. */
  indexNeighbours(bank: Float32Array, d: number, k: number): Promise<NeighbourIndex>;
  /** Fits PaDiM's Gaussians or scores with them. */
  gaussians(job: PadimJob, positions: number, watch?: Watch): Promise<void>;
  /** Trains one layer's flow over a pass, or gives the likelihoods of images. */
  flow(jobs: readonly (PassJob | LikelihoodJob)[], watch?: FlowWatch): Promise<(PassOutcome | null)[]>;
}

/** Progress of flows: steps taken by each job. */
export interface FlowWatch {
  signal?: AbortSignal;
  taken?: (job: number, steps: number) => void;
}

const FLOW = task<typeof import('./cflow/flow-task.js')>(new URL('./cflow/flow-task.js', import.meta.url));
const PADIM = task<typeof import('./padim-task.js')>(new URL('./padim-task.js', import.meta.url));
/** Positions a thread takes at a time. */
const POSITIONS = 32;

/** All stages on threads with the exact WebAssembly kernels. */
export function threadCompute(threads: Threads): Compute {
  return {
    extractor: threadExtractor(threads),
    multiplyTransposed: (...rest) => multiplyTransposed(threads, ...rest),
    patchWeights: (...rest) => patchWeights(threads, ...rest),
    selectRows: (...rest) => greedyCoreset(threads, ...rest),
    indexNeighbours: (...rest) => indexNeighbours(threads, ...rest),
    async gaussians(job, positions, watch) {
      const jobs = ranges(positions, POSITIONS).map((range) => ({ ...job, ...range }));
      await threads.each(PADIM, jobs, watch);
    },
    async flow(jobs, { signal, taken } = {}) {
      checkCancelled(signal);
      return Promise.all(jobs.map((job, i) => threads.run(FLOW, job, { report: (steps) => taken?.(i, steps) })));
    },
  };
}
