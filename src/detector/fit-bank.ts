import { coresetSize, samplers } from '../coreset/samplers.js';
import { PROJECTED_DIMENSIONS, project, randomProjection } from '../denoise/projection.js';
import { discard, normaliseWeights } from '../denoise/threshold.js';
import { InputError } from '../errors.js';
import { EMBEDDING_DIMENSIONS } from '../features/embedding.js';
import type { TrainingPatches } from '../features/reader.js';
import type { Watch } from '../progress.js';
import type { Random } from '../random.js';
import { type Cache, contentKey, hashBytes, noCache } from '../storage/cache.js';
import { gather, type LazyBank, storedWeights } from './bank.js';
import type { Compute } from './compute.js';
import type { BankConfig } from './config.js';

/** Intermediates of fitting, for diagnostics and figures. */
export interface FitTrace {
  /** [patches] outlier weights, or null without a discriminator. */
  patchWeights: Float32Array | null;
  /** [patches] of 1 (kept) and 0. */
  kept: Uint8Array | null;
  /** Weight above which patches were removed. */
  cut: number | null;
  /** Seconds of each stage; 0 where it was remembered. */
  seconds: { denoise: number; coreset: number };
}

/** What happens during fitting, for progress, and where its stages are remembered. */
export interface FitWatch extends Watch {
  stage?: (name: 'denoise' | 'coreset') => void;
  cache?: Cache;
}

/** Raise when weights or picks change for the same patches. */
const VERSION = 1;

/**
 * Fits SoftPatch's memory bank (docs/methods.md 4.1): project, weigh by position, remove the noisiest share, select a coreset
 * of the rest in a second projection, keep the original rows with their weights.
 * @throws InputError for too few images or an impossible ratio; Cancelled.
 */
export async function fitBank(
  compute: Compute,
  patches: TrainingPatches,
  config: BankConfig,
  random: Random,
  watch: FitWatch = {},
): Promise<{ bank: LazyBank; trace: FitTrace }> {
  if (patches.count < patches.positions) throw new InputError('there is no training image', 'Give at least one');
  if (config.sampler !== 'identity') coresetSize(config.ratio, patches.count);
  const fitting: Fitting = {
    compute,
    patches,
    config,
    random,
    watch,
    cache: watch.cache ?? noCache(),
    seconds: { denoise: 0, coreset: 0 },
  };
  const weights = config.discriminator ? await weigh(fitting, config.discriminator) : null;
  const denoised = weights && discard(weights, config.threshold);
  const kept = denoised && config.threshold > 0 ? denoised.kept : null;
  const picks = await pick(fitting, kept);
  const bank: LazyBank = {
    picks,
    weights: storedWeights(picks, weights, config),
    key: contentKey(['bank', patches.key, hashBytes(picks), config.precision]),
    load: async () => gather(await patches.rows(), picks, weights, config),
  };
  return { bank, trace: { patchWeights: weights, kept, cut: denoised?.threshold ?? null, seconds: fitting.seconds } };
}

export interface Fitting {
  compute: Compute;
  patches: TrainingPatches;
  config: BankConfig;
  random: Random;
  watch: FitWatch;
  cache: Cache;
  seconds: FitTrace['seconds'];
}

/** Outlier weights of all patches, remembered by patches, projection and discriminator. */
export async function weigh(
  { compute, patches, config, random, watch, cache, seconds }: Fitting,
  discriminator: NonNullable<BankConfig['discriminator']>,
): Promise<Float32Array> {
  const { positions } = patches;
  const options = { discriminator, k: config.k };
  const projection = projectionFor(random, 'denoise');
  const dependsOn = ['weights', VERSION, patches.key, positions, options, hashBytes(projection)];
  const stored = await cache.remember('weights', dependsOn, async () => {
    const rows = await patches.rows();
    watch.stage?.('denoise');
    const begin = performance.now();
    const z = await project(compute.multiplyTransposed, rows, EMBEDDING_DIMENSIONS, projection, {
      signal: watch.signal,
    });
    const data = await compute.patchWeights(z, positions, PROJECTED_DIMENSIONS, options, watch);
    seconds.denoise = (performance.now() - begin) / 1000;
    return { weights: { dtype: 'F32', shape: [data.length], data } };
  });
  return normaliseWeights(stored.weights.data as Float32Array, positions, config.normalisation);
}

/** Rows of the coreset, remembered by patches, projection, mask and sampler. */
async function pick(
  { compute, patches, config, random, watch, cache, seconds }: Fitting,
  kept: Uint8Array | null,
): Promise<Int32Array> {
  const { sampler, ratio, firstPickFromKept } = config;
  const projects = sampler === 'greedy' || sampler === 'exact';
  const projection = projectionFor(random, 'coreset');
  const own = random.fork('sampler');
  const identity = [hashBytes(projection), own.fork('identity').integer(2 ** 31), kept && hashBytes(kept)];
  const dependsOn = ['picks', VERSION, patches.key, patches.count, sampler, ratio, firstPickFromKept, identity];
  const stored = await cache.remember('picks', dependsOn, async () => {
    const rows = projects ? await patches.rows() : new Float32Array(0);
    watch.stage?.('coreset');
    const begin = performance.now();
    const z = projects
      ? await project(compute.multiplyTransposed, rows, EMBEDDING_DIMENSIONS, projection, { signal: watch.signal })
      : new Float32Array(patches.count);
    const d = projects ? PROJECTED_DIMENSIONS : 1;
    const input = { z, d, ratio, kept: kept ?? undefined, firstPickFromKept };
    const data = await samplers[sampler](compute.selectRows, input, own, watch);
    seconds.coreset = (performance.now() - begin) / 1000;
    return { picks: { dtype: 'I32', shape: [data.length], data } };
  });
  return stored.picks.data as Int32Array;
}

export function projectionFor(random: Random, purpose: 'denoise' | 'coreset'): Float32Array {
  return randomProjection(random.fork(`projection/${purpose}`), EMBEDDING_DIMENSIONS);
}
