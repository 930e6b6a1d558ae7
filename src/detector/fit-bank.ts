import { coresetSize, samplers } from '../coreset/samplers.js';
import { discard, normaliseWeights } from '../denoise/cut.js';
import { PROJECTED_DIMENSIONS, project, randomProjection } from '../denoise/projection.js';
import { PATCH_WEIGHTS } from '../denoise/weights.js';
import type { Resources } from '../engine/resources.js';
import { isFar, rowsHere } from '../engine/rows.js';
import { InputError } from '../errors.js';
import type { TrainingPatches } from '../features/reader.js';
import type { Random } from '../random.js';
import { contentKey, hashBytes } from '../storage/cache.js';
import { gather, type LazyBank, storedWeights } from './bank.js';
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

/** Raise when weights or picks change for the same patches. */
const VERSION = 1;

/**
 * Fits SoftPatch's memory bank (docs/methods.md 4.1): project, weigh by position, remove the noisiest share, select a coreset
 * of the rest in a second projection, keep the original rows with their weights.
 * @throws InputError for too few images or an impossible ratio; Cancelled.
 */
export async function fitBank(
  lab: Resources,
  patches: TrainingPatches,
  config: BankConfig,
  random: Random,
): Promise<{ bank: LazyBank; trace: FitTrace }> {
  if (patches.count < patches.positions) throw new InputError('there is no training image', 'Give at least one');
  if (config.sampler !== 'identity') coresetSize(config.ratio, patches.count);
  const weighed = config.discriminator ? await weigh(lab, patches, config, random) : null;
  const weights = weighed?.weights ?? null;
  const denoised = weights && discard(weights, config.tau);
  const kept = denoised && config.tau > 0 ? denoised.kept : null;
  const { picks, seconds: coreset } = await pick(lab, patches, config, random, kept);
  const bank: LazyBank = {
    picks,
    weights: storedWeights(picks, weights, config),
    key: contentKey(['bank', patches.key, hashBytes(picks), config.precision]),
    load: async () => gather({ rows: await patches.rows(), dimensions: patches.dimensions }, picks, weights, config),
    stay: async () => {
      const rows = await patches.stay();
      // Rounded rows are made here.
      if (isFar(rows) && config.precision !== 'half') return rows.gather(picks);
      return gather({ rows: await rowsHere(rows), dimensions: patches.dimensions }, picks, weights, config).rows;
    },
  };
  const seconds = { denoise: weighed?.seconds ?? 0, coreset };
  return { bank, trace: { patchWeights: weights, kept, cut: denoised?.cut ?? null, seconds } };
}

/**
 * Outlier weights of all patches, remembered by patches, projection and discriminator, and the seconds they took (0 where
 * remembered). @throws InputError without a discriminator; Cancelled.
 */
export async function weigh(
  { compute, cache, reporter, signal }: Resources,
  patches: TrainingPatches,
  { discriminator, k, normalisation }: BankConfig,
  random: Random,
): Promise<{ weights: Float32Array; seconds: number }> {
  if (!discriminator) throw new InputError('no discriminator judges these patches', 'Choose a SoftPatch method');
  const { positions } = patches;
  const options = { discriminator, k };
  const projection = projectionFor(random, 'denoise', patches.dimensions);
  const dependsOn = ['weights', VERSION, patches.key, positions, options, hashBytes(projection)];
  let seconds = 0;
  const stored = await cache.remember('weights', dependsOn, async () => {
    const rows = await patches.stay();
    const progress = reporter.stage('denoise');
    const begin = performance.now();
    const z = await project(compute, rows, patches.dimensions, projection, { signal });
    const job = { z, positions, d: PROJECTED_DIMENSIONS, options };
    const data = await compute.run(PATCH_WEIGHTS, job, { progress, signal });
    if (isFar(z)) z.free();
    seconds = (performance.now() - begin) / 1000;
    return { weights: { dtype: 'F32', shape: [data.length], data } };
  });
  return { weights: normaliseWeights(stored.weights.data as Float32Array, positions, normalisation), seconds };
}

/** Rows of the coreset, remembered by patches, projection, mask and sampler. */
async function pick(
  { compute, cache, reporter, signal }: Resources,
  patches: TrainingPatches,
  { sampler, ratio, firstPickFromKept }: BankConfig,
  random: Random,
  kept: Uint8Array | null,
): Promise<{ picks: Int32Array; seconds: number }> {
  const projects = sampler === 'greedy' || sampler === 'exact';
  const projection = projectionFor(random, 'coreset', patches.dimensions);
  const own = random.fork('sampler');
  const identity = [hashBytes(projection), own.fork('identity').integer(2 ** 31), kept && hashBytes(kept)];
  const dependsOn = ['picks', VERSION, patches.key, patches.count, sampler, ratio, firstPickFromKept, identity];
  let seconds = 0;
  const stored = await cache.remember('picks', dependsOn, async () => {
    const rows = projects ? await patches.stay() : new Float32Array(0);
    const progress = reporter.stage('coreset');
    const begin = performance.now();
    const z = projects
      ? await project(compute, rows, patches.dimensions, projection, { signal })
      : new Float32Array(patches.count);
    const d = projects ? PROJECTED_DIMENSIONS : 1;
    const input = { z, d, ratio, kept: kept ?? undefined, firstPickFromKept };
    const data = await samplers[sampler](compute, input, own, { progress, signal });
    if (isFar(z)) z.free();
    seconds = (performance.now() - begin) / 1000;
    return { picks: { dtype: 'I32', shape: [data.length], data } };
  });
  return { picks: stored.picks.data as Int32Array, seconds };
}

export function projectionFor(random: Random, purpose: 'denoise' | 'coreset', dimensions: number): Float32Array {
  return randomProjection(random.fork(`projection/${purpose}`), dimensions);
}
