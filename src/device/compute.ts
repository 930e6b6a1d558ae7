import { runFlow } from '../detector/cflow/flow-task.js';
import type { Compute } from '../detector/compute.js';
import { checkCancelled } from '../errors.js';
import type { Threads } from '../kernels/threads.js';
import type { Device } from './device.js';
import { deviceExtractor } from './extract.js';
import { deviceGreedyCoreset } from './greedy.js';
import { deviceNeighbours } from './neighbours.js';
import { deviceGaussians } from './padim.js';
import { deviceMultiplyTransposed } from './project.js';
import { devicePatchWeights } from './weights.js';

/** All stages on a device; threads decode images and keep the cache meanwhile. */
export function deviceCompute(device: Device, threads: Threads): Compute {
  let index: { dispose(): void } | undefined;
  return {
    extractor: deviceExtractor(device, threads),
    multiplyTransposed: (...rest) => deviceMultiplyTransposed(device, ...rest),
    patchWeights: (...rest) => devicePatchWeights(device, ...rest),
    selectRows: (...rest) => deviceGreedyCoreset(device, ...rest),
    async indexNeighbours(...rest) {
      // One bank at a time: the last one's rows make room for the next.
      index?.dispose();
      const placed = await deviceNeighbours(device, ...rest);
      index = placed;
      return placed;
    },
    gaussians: (job, _positions, watch) => deviceGaussians(device, job, watch),
    async flow(jobs, { signal, taken } = {}) {
      const outcomes: Awaited<ReturnType<Compute['flow']>> = [];
      for (const [i, job] of jobs.entries()) {
        checkCancelled(signal);
        outcomes.push(await device.attempt(() => runFlow(device.tf, job, (steps) => taken?.(i, steps))));
      }
      return outcomes;
    },
  };
}
