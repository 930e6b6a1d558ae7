import { COVARIANCE_REGULARISATION, cholesky } from '../denoise/gaussian.js';
import type { MapsLayout } from '../features/reading.js';

/** Numbers of a packed lower triangle of a [d × d] matrix. */
export function triangle(d: number): number {
  return (d * (d + 1)) / 2;
}

/** Channels of a position's vector. */
export function vectorLength({ maps }: MapsLayout): number {
  return maps.reduce((sum, { channels }) => sum + channels.length, 0);
}

/**
 * Reads the vectors of some images at one position of the first map's grid, deeper maps by block replication (docs/methods.md 5.1):
 * column-major [d × count], so that every channel is one run of memory.
 */
export function gatherPosition(
  values: Float32Array,
  { maps, length }: MapsLayout,
  position: number,
  [from, count]: readonly [number, number],
  out: Float64Array,
): void {
  const grid = maps[0].side;
  const y = Math.floor(position / grid);
  const x = position % grid;
  let row = 0;
  for (const { side, channels, offset } of maps) {
    const at = offset + (Math.floor((y * side) / grid) * side + Math.floor((x * side) / grid)) * channels.length;
    for (let i = 0; i < count; i++) {
      const source = (from + i) * length + at;
      for (let c = 0; c < channels.length; c++) out[(row + c) * count + i] = values[source + c];
    }
    row += channels.length;
  }
}

/**
 * Mean and Cholesky factor of Σ = covariance (N − 1) + 0.01·I of vectors [d × n], which are centred in place. The added
 * diagonal keeps Σ positive definite for any n, also n ≤ d and n = 1.
 * @throws RangeError when a value is NaN.
 */
export function fitGaussian(
  vectors: Float64Array,
  d: number,
  n: number,
  mean: Float64Array,
  matrix: Float64Array,
): void {
  for (let a = 0; a < d; a++) {
    let sum = 0;
    for (let i = a * n; i < (a + 1) * n; i++) sum += vectors[i];
    mean[a] = sum / n;
    for (let i = a * n; i < (a + 1) * n; i++) vectors[i] -= mean[a];
  }
  const scale = 1 / Math.max(1, n - 1);
  // Four dot products at a time share the loads of one row.
  for (let a = 0; a < d; a++) {
    const row = a * n;
    for (let b = 0; b <= a; b += 4) {
      const [r0, r1, r2, r3] = [b, Math.min(b + 1, a), Math.min(b + 2, a), Math.min(b + 3, a)].map((r) => r * n);
      let [s0, s1, s2, s3] = [0, 0, 0, 0];
      for (let i = 0; i < n; i++) {
        const value = vectors[row + i];
        s0 += value * vectors[r0 + i];
        s1 += value * vectors[r1 + i];
        s2 += value * vectors[r2 + i];
        s3 += value * vectors[r3 + i];
      }
      const out = a * d + b;
      matrix[out] = s0 * scale;
      if (b + 1 <= a) matrix[out + 1] = s1 * scale;
      if (b + 2 <= a) matrix[out + 2] = s2 * scale;
      if (b + 3 <= a) matrix[out + 3] = s3 * scale;
    }
    matrix[a * d + a] += COVARIANCE_REGULARISATION;
  }
  cholesky(matrix, d);
}

/**
 * Mahalanobis distances ‖L⁻¹δ‖ of vectors [d × count], which are replaced by L⁻¹δ. Never negative under the root.
 * @param lower packed triangle, from `at`. @param mean [d], from `meanAt`.
 */
export function mahalanobis(
  vectors: Float64Array,
  [d, count]: readonly [number, number],
  [lower, at]: readonly [Float32Array, number],
  [mean, meanAt]: readonly [Float32Array, number],
  out: Float64Array,
): void {
  out.fill(0);
  let entry = at;
  for (let a = 0; a < d; a++) {
    const row = a * count;
    const centre = mean[meanAt + a];
    for (let i = 0; i < count; i++) vectors[row + i] -= centre;
    for (let b = 0; b < a; b++) {
      const factor = lower[entry++];
      const solved = b * count;
      for (let i = 0; i < count; i++) vectors[row + i] -= factor * vectors[solved + i];
    }
    const pivot = 1 / lower[entry++];
    for (let i = 0; i < count; i++) {
      const value = vectors[row + i] * pivot;
      vectors[row + i] = value;
      out[i] += value * value;
    }
  }
  for (let i = 0; i < count; i++) out[i] = Math.sqrt(out[i]);
}
