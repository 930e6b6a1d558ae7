import { coresetSize, samplers } from '../coreset/samplers.js';
import { PROJECTED_DIMENSIONS, project, randomProjection } from '../denoise/projection.js';
import { discard, normaliseWeights } from '../denoise/threshold.js';
import { patchWeights } from '../denoise/weights.js';
import { InputError } from '../errors.js';
import { EMBEDDING_DIMENSIONS } from '../features/embedding.js';
import { sharedFloats } from '../kernels/arena.js';
import type { Threads, Watch } from '../kernels/threads.js';
import type { Random } from '../random.js';
import type { BankConfig } from './config.js';

/** A fitted memory bank with what is known of how it came about. */
export interface MemoryBank {
  /** [picks × 1024] original embeddings, in order of selection. */
  rows: Float32Array;
  /** [picks] training patch of each row (image·positions + position). */
  picks: Int32Array;
  /** [picks] soft weights, or null where none multiply the scores. */
  weights: Float32Array | null;
}

/** Intermediates of fitting, for diagnostics and figures. */
export interface FitTrace {
  /** [patches] outlier weights, or null without a discriminator. */
  patchWeights: Float32Array | null;
  /** [patches] of 1 (kept) and 0. */
  kept: Uint8Array | null;
  /** Weight above which patches were removed. */
  cut: number | null;
  /** Seconds of each stage. */
  seconds: { denoise: number; coreset: number };
}

/** What happens during fitting, for progress. */
export interface FitWatch extends Watch {
  stage?: (name: 'denoise' | 'coreset') => void;
}

/**
 * Fits SoftPatch's memory bank (methods.md 4.1): project, weigh by position, remove the noisiest share, select a coreset
 * of the rest in a second projection, keep the original rows with their weights.
 * @param rows training patches [images·positions × 1024], image-major.
 * @throws InputError for too few images or an impossible ratio; Cancelled.
 */
export async function fitBank(
  threads: Threads,
  rows: Float32Array,
  positions: number,
  config: BankConfig,
  random: Random,
  watch: FitWatch = {},
): Promise<{ bank: MemoryBank; trace: FitTrace }> {
  const patches = rows.length / EMBEDDING_DIMENSIONS;
  if (patches < positions) throw new InputError('there is no training image', 'Give at least one');
  if (config.sampler !== 'identity') coresetSize(config.ratio, patches);
  const begin = performance.now();
  let weights: Float32Array | null = null;
  let kept: Uint8Array | null = null;
  let cut: number | null = null;
  if (config.discriminator) {
    watch.stage?.('denoise');
    const z = await project(threads, rows, EMBEDDING_DIMENSIONS, projectionFor(random, 'denoise'), {
      signal: watch.signal,
    });
    const options = { discriminator: config.discriminator, k: config.k };
    const raw = await patchWeights(threads, z, positions, PROJECTED_DIMENSIONS, options, watch);
    weights = normaliseWeights(raw, positions, config.normalisation);
    const denoised = discard(weights, config.threshold);
    kept = config.threshold > 0 ? denoised.kept : null;
    cut = denoised.threshold;
  }
  const weighed = performance.now();
  watch.stage?.('coreset');
  const needsProjection = config.sampler === 'greedy' || config.sampler === 'exact';
  const z = needsProjection
    ? await project(threads, rows, EMBEDDING_DIMENSIONS, projectionFor(random, 'coreset'), { signal: watch.signal })
    : new Float32Array(patches);
  const input = {
    z,
    d: needsProjection ? PROJECTED_DIMENSIONS : 1,
    ratio: config.ratio,
    kept: kept ?? undefined,
    firstPickFromKept: config.firstPickFromKept,
  };
  const picks = await samplers[config.sampler](threads, input, random.fork('sampler'), watch);
  const bank = gather(rows, picks, weights, config);
  const done = performance.now();
  const seconds = { denoise: (weighed - begin) / 1000, coreset: (done - weighed) / 1000 };
  return { bank, trace: { patchWeights: weights, kept, cut, seconds } };
}

function projectionFor(random: Random, purpose: 'denoise' | 'coreset'): Float32Array {
  return randomProjection(random.fork(`projection/${purpose}`), EMBEDDING_DIMENSIONS);
}

/** The picked rows and their weights as a bank. */
export function gather(
  rows: Float32Array,
  picks: Int32Array,
  weights: Float32Array | null,
  { softWeights }: Pick<BankConfig, 'softWeights'>,
): MemoryBank {
  const d = EMBEDDING_DIMENSIONS;
  const own = sharedFloats(picks.length * d);
  picks.forEach((pick, i) => {
    own.set(rows.subarray(pick * d, (pick + 1) * d), i * d);
  });
  const stored = softWeights && weights ? Float32Array.from(picks, (pick) => Math.max(0, weights[pick])) : null;
  return { rows: own, picks, weights: stored };
}
