import { isGreedy } from '../coreset/anchors.js';
import { helpersOf } from '../coreset/greedy.js';
import { type SelectionRoom, selectionRoom } from '../coreset/greedy-layout.js';
import { coresetSize, samplers } from '../coreset/samplers.js';
import { discard, normaliseWeights } from '../denoise/cut.js';
import { PROJECTED_DIMENSIONS, project, randomProjection } from '../denoise/projection.js';
import { fuseRanks } from '../denoise/rank-fusion.js';
import { PATCH_WEIGHTS } from '../denoise/weights.js';
import type { Resources } from '../engine/resources.js';
import { isFar, type Rows, rowsHere } from '../engine/rows.js';
import { InputError } from '../errors.js';
import type { TrainingPatches } from '../features/reader.js';
import type { Random } from '../random.js';
import { contentKey, hashBytes } from '../storage/cache.js';
import { gather, type LazyBank, type MemoryBank, storedWeights } from './bank.js';
import type { BankConfig } from './config.js';
import { gatherBlocks, isStreamed, projectBlocks } from './patch-blocks.js';

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
  const room = roomOnce(lab, patches, config);
  const weighed = config.discriminator ? await weigh(lab, patches, config, random, room) : null;
  const weights = weighed?.weights ?? null;
  const denoised = weights && discard(weights, config.tau);
  const kept = denoised && config.tau > 0 ? denoised.kept : null;
  const { picks, seconds: coreset } = await pick(lab, patches, config, random, kept, room);
  const bank: LazyBank = {
    picks,
    weights: storedWeights(picks, weights, config),
    key: contentKey(['bank', patches.key, hashBytes(picks), config.precision]),
    ...(isStreamed(patches)
      ? { load: once(() => gatherBlocks(patches, picks, weights, config)) }
      : gatheredRows(patches, picks, weights, config)),
  };
  const seconds = { denoise: weighed?.seconds ?? 0, coreset };
  return { bank, trace: { patchWeights: weights, kept, cut: denoised?.cut ?? null, seconds } };
}

/** Work done once, when first asked for. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let done: Promise<T> | undefined;
  return () => {
    done ??= work();
    return done;
  };
}

/** Rows of a bank from patches that lie in memory. */
function gatheredRows(
  patches: TrainingPatches,
  picks: Int32Array,
  weights: Float32Array | null,
  config: BankConfig,
): Pick<LazyBank, 'load' | 'stay'> {
  const gathered = (rows: Float32Array): MemoryBank =>
    gather({ rows, dimensions: patches.dimensions }, picks, weights, config);
  return {
    load: async () => gathered(await patches.rows()),
    stay: async () => {
      const rows = await patches.stay();
      // Rounded rows are made here.
      if (isFar(rows) && config.precision !== 'half') return rows.gather(picks);
      return gathered(await rowsHere(rows)).rows;
    },
  };
}

/**
 * Outlier weights of all patches, remembered by patches, projection and discriminator, and the seconds they took (0 where
 * remembered); fused ones by rank from two discriminators. @throws InputError without a discriminator; Cancelled.
 */
export async function weigh(
  lab: Resources,
  patches: TrainingPatches,
  { discriminator, k, normalisation }: Pick<BankConfig, 'discriminator' | 'k' | 'normalisation'>,
  random: Random,
  room: Room = () => null,
): Promise<{ weights: Float32Array; seconds: number }> {
  const { compute, cache, reporter, signal } = lab;
  if (discriminator === 'fused') {
    const lof = await weigh(lab, patches, { discriminator: 'lof-tensor', k, normalisation }, random, room);
    const gaussian = await weigh(
      lab,
      patches,
      { discriminator: 'gaussian', k: 0, normalisation: 'none' },
      random,
      room,
    );
    return { weights: fuseRanks([lof.weights, gaussian.weights]), seconds: lof.seconds + gaussian.seconds };
  }
  if (!discriminator) throw new InputError('no discriminator judges these patches', 'Choose a SoftPatch method');
  const { positions } = patches;
  const options = { discriminator, k };
  const projection = projectionFor(random, 'denoise', patches.dimensions);
  const dependsOn = ['weights', VERSION, patches.key, positions, options, hashBytes(projection)];
  let seconds = 0;
  const stored = await cache.remember('weights', dependsOn, async () => {
    const { z, begin } = await projected(lab, patches, projection, room);
    const progress = reporter.stage('denoise');
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
  lab: Resources,
  patches: TrainingPatches,
  { sampler, ratio, firstPickFromKept }: BankConfig,
  random: Random,
  kept: Uint8Array | null,
  room: Room,
): Promise<{ picks: Int32Array; seconds: number }> {
  const { compute, cache, reporter, signal } = lab;
  const projects = isGreedy(sampler);
  const projection = projectionFor(random, 'coreset', patches.dimensions);
  const draws = random.fork('sampler');
  const dependsOn = picksKey(patches, { sampler, ratio, firstPickFromKept }, random, kept);
  let seconds = 0;
  const stored = await cache.remember('picks', dependsOn, async () => {
    const { z, begin } = projects
      ? await projected(lab, patches, projection, room)
      : { z: new Float32Array(patches.count), begin: performance.now() };
    const progress = reporter.stage('coreset');
    const d = projects ? PROJECTED_DIMENSIONS : 1;
    const own = projects && isStreamed(patches) ? (room() ?? undefined) : undefined;
    const input = { z, d, ratio, kept: kept ?? undefined, firstPickFromKept, room: own };
    const data = await samplers[sampler](compute, input, draws, { progress, signal });
    if (isFar(z)) z.free();
    seconds = (performance.now() - begin) / 1000;
    return { picks: { dtype: 'I32', shape: [data.length], data } };
  });
  return { picks: stored.picks.data as Int32Array, seconds };
}

/** What the picks of a fit depend on, by which they are remembered under `picks`. @param random that of the fit. */
export function picksKey(
  patches: Pick<TrainingPatches, 'key' | 'count' | 'dimensions'>,
  { sampler, ratio, firstPickFromKept }: Pick<BankConfig, 'sampler' | 'ratio' | 'firstPickFromKept'>,
  random: Random,
  kept: Uint8Array | null,
): unknown[] {
  const projection = projectionFor(random, 'coreset', patches.dimensions);
  const draw = random
    .fork('sampler')
    .fork('identity')
    .integer(2 ** 31);
  const identity = [hashBytes(projection), draw, kept && hashBytes(kept)];
  return ['picks', VERSION, patches.key, patches.count, sampler, ratio, firstPickFromKept, identity];
}

/** Where the projected patches lie while weights and coreset are found: made once, when first needed; null where nothing is streamed. */
type Room = () => SelectionRoom | null;

function roomOnce({ threads }: Resources, patches: TrainingPatches, { sampler, ratio }: BankConfig): Room {
  let room: SelectionRoom | null | undefined;
  return () => {
    if (room === undefined) {
      const most = isGreedy(sampler) ? coresetSize(ratio, patches.count) : 1;
      room = isStreamed(patches) ? selectionRoom(patches.count, PROJECTED_DIMENSIONS, most, helpersOf(threads)) : null;
    }
    return room;
  };
}

/** All patches in few dimensions, and when that was begun: reading them is timed elsewhere. */
async function projected(
  lab: Resources,
  patches: TrainingPatches,
  projection: Float32Array,
  room: Room,
): Promise<{ z: Rows; begin: number }> {
  if (isStreamed(patches)) {
    const { z, seconds } = await projectBlocks(lab, patches, projection, room()?.z);
    return { z, begin: performance.now() - 1000 * seconds };
  }
  const rows = await patches.stay();
  const begin = performance.now();
  const z = await project(lab.compute, rows, patches.dimensions, projection, { signal: lab.signal });
  return { z, begin };
}

export function projectionFor(random: Random, purpose: 'denoise' | 'coreset', dimensions: number): Float32Array {
  return randomProjection(random.fork(`projection/${purpose}`), dimensions);
}
