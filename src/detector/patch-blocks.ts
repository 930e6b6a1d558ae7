import { PROJECT, PROJECTED_DIMENSIONS } from '../denoise/projection.js';
import type { Resources } from '../engine/resources.js';
import { isFar, rowsHere } from '../engine/rows.js';
import type { StreamedPatches, TrainingPatches } from '../features/reader.js';
import { sharedFloats } from '../kernels/arena.js';
import { gatherRows } from '../kernels/gather-rows.js';
import { roundToHalf } from '../storage/half.js';
import { type MemoryBank, storedWeights } from './bank.js';
import type { BankConfig } from './config.js';

/** Patches that memory does not take together. */
export type Streamed = TrainingPatches & { streamed: StreamedPatches };

export function isStreamed(patches: TrainingPatches): patches is Streamed {
  return patches.streamed !== undefined;
}

/**
 * Projects patches block by block; rows are projected each by itself, so the values are those of all at once.
 * @param into where they go [count × 128], in shared memory. @returns them, and the seconds of projecting alone.
 */
export async function projectBlocks(
  { compute, threads, signal }: Pick<Resources, 'compute' | 'threads' | 'signal'>,
  { positions, dimensions, count, streamed }: Streamed,
  projection: Float32Array,
  into: Float32Array = sharedFloats(count * PROJECTED_DIMENSIONS),
): Promise<{ z: Float32Array; seconds: number }> {
  let seconds = 0;
  for await (const { image, rows } of streamed.blocks()) {
    const at = image * positions * PROJECTED_DIMENSIONS;
    const own = into.subarray(at, at + (rows.length / dimensions) * PROJECTED_DIMENSIONS);
    if (dimensions === PROJECTED_DIMENSIONS) {
      own.set(rows);
      continue;
    }
    const begin = performance.now();
    const made = await compute.run(PROJECT, { rows, projection, dimensions, into: own }, { signal });
    if (made !== own) own.set(await rowsHere(made));
    if (isFar(made)) made.free();
    seconds += (performance.now() - begin) / 1000;
  }
  // The networks make way for what follows.
  threads.release(true);
  return { z: into, seconds };
}

/** The picked rows of patches and their weights as a bank, read block by block. */
export async function gatherBlocks(
  { positions, dimensions: d, streamed }: Streamed,
  picks: Int32Array,
  weights: Float32Array | null,
  config: Pick<BankConfig, 'softWeights'> & Partial<Pick<BankConfig, 'precision'>>,
): Promise<MemoryBank> {
  const own = sharedFloats(picks.length * d);
  const order = Int32Array.from(picks.keys()).sort((a, b) => picks[a] - picks[b]);
  let next = 0;
  for await (const { image, rows } of streamed.blocks()) {
    for (; next < order.length; next++) {
      const from = (picks[order[next]] - image * positions) * d;
      if (from >= rows.length) break;
      own.set(rows.subarray(from, from + d), order[next] * d);
    }
  }
  if (config.precision === 'half') roundToHalf(own);
  return { rows: own, picks, weights: storedWeights(picks, weights, config) };
}

/** Patches with their rows in batches, in order, of at most so many images' number; fewer where memory takes fewer. */
export async function* rowBatches(
  patches: TrainingPatches,
  some: readonly number[],
  images: number,
): AsyncGenerator<{ batch: readonly number[]; rows: Float32Array }> {
  const { positions, dimensions, streamed } = patches;
  if (streamed) {
    for (const batch of byImages(some, positions, Math.min(images, streamed.images))) {
      yield { batch, rows: await readBatch(streamed, batch, positions, dimensions) };
    }
    return;
  }
  const rows = await patches.rows();
  for (let from = 0; from < some.length; from += images * positions) {
    const batch = some.slice(from, from + images * positions);
    const whole = batch.at(-1)! - batch[0] === batch.length - 1;
    // Whole images in a row need no copy.
    const own = whole
      ? rows.subarray(batch[0] * dimensions, (batch.at(-1)! + 1) * dimensions)
      : gatherRows(rows, dimensions, batch);
    yield { batch, rows: own };
  }
}

/** Patches of at most so many images each. */
function byImages(some: readonly number[], positions: number, images: number): number[][] {
  const batches: number[][] = [];
  let seen = new Set<number>();
  for (const patch of some) {
    const image = Math.floor(patch / positions);
    if (batches.length === 0 || (seen.size === images && !seen.has(image))) {
      batches.push([]);
      seen = new Set();
    }
    seen.add(image);
    batches.at(-1)!.push(patch);
  }
  return batches;
}

async function readBatch(
  streamed: StreamedPatches,
  batch: readonly number[],
  positions: number,
  dimensions: number,
): Promise<Float32Array> {
  const images = [...new Set(batch.map((patch) => Math.floor(patch / positions)))];
  const rows = await streamed.of(images);
  const place = new Map(images.map((image, i) => [image, i]));
  const local = batch.map((patch) => place.get(Math.floor(patch / positions))! * positions + (patch % positions));
  const whole = local.length * dimensions === rows.length && local.every((row, i) => row === i);
  return whole ? rows : gatherRows(rows, dimensions, local);
}
