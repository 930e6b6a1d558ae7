import type { Compute } from '../engine/stage.js';
import { sharedFloats } from '../kernels/arena.js';
import { ranges } from '../kernels/threads.js';
import type { Watch } from '../progress.js';
import { INDEX_GROUPS } from './group-index.js';

/** Queries reduced at once: bounds what their coordinates take beside the patches. */
const PORTION = 196 * 256;

/** Of each training patch, its nearest coreset row in each of the m nearest other images. */
export interface Others {
  /** [patches × m] training patches, nearest first, ties to the lower; −1 where there are fewer than m other images. */
  patches: Int32Array;
  /** [patches × m] squared Euclidean distances, by direct differences in float32; +∞ beside −1. */
  squared: Float32Array;
}

/** Training patches and the coreset of them. */
export interface OthersJob {
  /** [images·positions × d], image-major, d a multiple of 16. */
  rows: Float32Array;
  d: number;
  /** Patches an image. */
  positions: number;
  /** Training patch of each coreset row. */
  picks: Int32Array;
  /** [images] images with equal values count as one, such as copies of one picture. */
  groups: Int32Array;
  /** Other images looked at, from 1. */
  m: number;
}

/**
 * Exact leave-one-image-out neighbours (docs/cleaning.md 2): every training patch against the coreset rows of *other* images,
 * of which only the nearest of each image counts, so that no image vouches for itself, nor one for another alone.
 * @throws RangeError for sizes that do not fit; Cancelled.
 */
export async function nearestOthers(
  compute: Pick<Compute, 'run'>,
  { rows, d, positions, picks, groups, m }: OthersJob,
  watch: Watch = {},
): Promise<Others> {
  const n = rows.length / d;
  if (groups.length * positions !== n) throw new RangeError(`${n} patches of ${groups.length} × ${positions}`);
  const groupOf = (patch: number): number => groups[Math.floor(patch / positions)];
  // In the order of the patches, so that ties go to the lower one.
  const sorted = picks.slice().sort();
  const bank = sharedFloats(sorted.length * d);
  sorted.forEach((pick, i) => {
    bank.set(rows.subarray(pick * d, (pick + 1) * d), i * d);
  });
  const index = await compute.run(INDEX_GROUPS, { bank, d, groups: sorted.map(groupOf), m });
  const patches = new Int32Array(n * m);
  const squared = new Float32Array(n * m);
  for (const { from, to } of ranges(n, PORTION)) {
    const own = Int32Array.from({ length: to - from }, (_, i) => groupOf(from + i));
    const progress = (done: number, total: number): void =>
      watch.progress?.(from + Math.floor(((to - from) * done) / total), n);
    const found = await index.search(rows.subarray(from * d, to * d), own, { signal: watch.signal, progress });
    patches.set(
      found.rows.map((row) => (row < 0 ? -1 : sorted[row])),
      from * m,
    );
    squared.set(found.squared, from * m);
  }
  return { patches, squared };
}
