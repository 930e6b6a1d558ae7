import type { Watch } from '../progress.js';
import type { Random } from '../random.js';

/** Dimensions in which patches are compared for weighting and selection (docs/methods.md 3.1). */
export const PROJECTED_DIMENSIONS = 128;

/** A random projection W [to × from] with entries U(−1/√from, 1/√from), no bias (torch's `Linear` initialisation). */
export function randomProjection(random: Random, from: number, to: number = PROJECTED_DIMENSIONS): Float32Array {
  const bound = 1 / Math.sqrt(from);
  return Float32Array.from({ length: to * from }, () => random.uniform(-bound, bound));
}

/** X Bᵀ on threads or on a device. */
export type MultiplyTransposed = (
  rows: Float32Array,
  b: Float32Array,
  k: number,
  watch?: Watch,
) => Promise<Float32Array>;

/** Z = X Wᵀ: rows [n × dimensions] to [n × 128]; returned unchanged when they have 128 dimensions already. */
export async function project(
  multiply: MultiplyTransposed,
  rows: Float32Array,
  dimensions: number,
  projection: Float32Array,
  watch: Watch = {},
): Promise<Float32Array> {
  if (dimensions === PROJECTED_DIMENSIONS) return rows;
  return multiply(rows, projection, dimensions, watch);
}
