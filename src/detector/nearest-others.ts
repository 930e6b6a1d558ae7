import { type Rows, rowCount } from '../engine/rows.js';
import type { Compute } from '../engine/stage.js';
import type { Watch } from '../progress.js';
import { INDEX_GROUPS } from './group-index.js';

/** Of each training patch, its nearest coreset row in each of the m nearest other images. */
export interface Others {
  /** [patches × m] training patches, nearest first, ties to the lower; −1 where there are fewer than m other images. */
  patches: Int32Array;
  /** [patches × m] squared Euclidean distances, by direct differences in float32; +∞ beside −1. */
  squared: Float32Array;
}

/** Training patches and the coreset of them. */
export interface OthersJob {
  /** [images·positions × d], image-major, d a multiple of 16; where they lie on a device they stay there, the caller's. */
  rows: Rows;
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
  const n = rowCount(rows, d);
  if (groups.length * positions !== n) throw new RangeError(`${n} patches of ${groups.length} × ${positions}`);
  const groupOf = (patch: number): number => groups[Math.floor(patch / positions)];
  // In the order of the patches, so that ties go to the lower one.
  const sorted = picks.slice().sort();
  const index = await compute.run(INDEX_GROUPS, { bank: rows, d, picks: sorted, groups: sorted.map(groupOf), m });
  const own = Int32Array.from({ length: n }, (_, patch) => groupOf(patch));
  const found = await index.search(rows, own, watch);
  return { patches: found.rows.map((row) => (row < 0 ? -1 : sorted[row])), squared: found.squared };
}
