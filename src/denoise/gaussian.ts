import { checkFinite, checkLength } from '../arguments.js';
/** Added to the covariance's diagonal. */
export const COVARIANCE_REGULARISATION = 0.01;

/**
 * SoftPatch-gaussian (docs/methods.md 4.2): W_i = 1 + Mahalanobis distance to the mean of all patches at the position, with
 * covariance (N − 1) + 0.01·I, by Cholesky in double precision. The radicand cannot be negative this way.
 * @param points [n × d] patches at one position. @throws RangeError for another length; InputError for NaN or infinity.
 */
export function gaussianScores(points: Float32Array, n: number, d: number): Float32Array {
  checkLength('points', points, n * d);
  checkFinite('points', points, d);
  if (n < 2) return new Float32Array(n).fill(1);
  const mean = new Float64Array(d);
  for (let i = 0; i < n; i++) for (let a = 0; a < d; a++) mean[a] += points[i * d + a] / n;
  const centred = new Float64Array(n * d);
  for (let i = 0; i < n * d; i++) centred[i] = points[i] - mean[i % d];
  const lower = cholesky(covariance(centred, n, d), d);
  const scores = new Float32Array(n);
  const solved = new Float64Array(d);
  for (let i = 0; i < n; i++) scores[i] = 1 + Math.sqrt(solvedSquares(lower, centred, i * d, d, solved));
  return scores;
}

function covariance(centred: Float64Array, n: number, d: number): Float64Array {
  const sum = new Float64Array(d * d);
  for (let i = 0; i < n; i++) {
    const row = i * d;
    for (let a = 0; a < d; a++) {
      const value = centred[row + a];
      const out = a * d;
      for (let b = 0; b <= a; b++) sum[out + b] += value * centred[row + b];
    }
  }
  for (let a = 0; a < d; a++) {
    for (let b = 0; b <= a; b++) sum[a * d + b] /= n - 1;
    sum[a * d + a] += COVARIANCE_REGULARISATION;
  }
  return sum;
}

/**
 * Cholesky factor L of a symmetric positive definite matrix [d × d], of which the lower triangle is read and replaced.
 * @throws RangeError when a pivot is not positive (NaN or not positive definite).
 */
export function cholesky(matrix: Float64Array, d: number): Float64Array {
  for (let b = 0; b < d; b++) {
    const row = b * d;
    let pivot = matrix[row + b];
    for (let c = 0; c < b; c++) pivot -= matrix[row + c] * matrix[row + c];
    if (!(pivot > 0)) throw new RangeError(`pivot ${b} of the covariance is ${pivot}, not positive`);
    const root = Math.sqrt(pivot);
    matrix[row + b] = root;
    let a = b + 1;
    // Four rows at a time share the loads of one and hide each other's latency.
    for (; a + 3 < d; a += 4) {
      const [r0, r1, r2, r3] = [a * d, (a + 1) * d, (a + 2) * d, (a + 3) * d];
      let [s0, s1, s2, s3] = [matrix[r0 + b], matrix[r1 + b], matrix[r2 + b], matrix[r3 + b]];
      for (let c = 0; c < b; c++) {
        const value = matrix[row + c];
        s0 -= matrix[r0 + c] * value;
        s1 -= matrix[r1 + c] * value;
        s2 -= matrix[r2 + c] * value;
        s3 -= matrix[r3 + c] * value;
      }
      matrix[r0 + b] = s0 / root;
      matrix[r1 + b] = s1 / root;
      matrix[r2 + b] = s2 / root;
      matrix[r3 + b] = s3 / root;
    }
    for (; a < d; a++) {
      let sum = matrix[a * d + b];
      for (let c = 0; c < b; c++) sum -= matrix[a * d + c] * matrix[row + c];
      matrix[a * d + b] = sum / root;
    }
  }
  return matrix;
}

/** ‖L⁻¹δ‖² for the vector δ at `offset`; `solved` is scratch [d]. */
export function solvedSquares(
  lower: Float64Array,
  vectors: Float64Array,
  offset: number,
  d: number,
  solved: Float64Array,
): number {
  let squares = 0;
  for (let a = 0; a < d; a++) {
    let sum = vectors[offset + a];
    const row = a * d;
    for (let b = 0; b < a; b++) sum -= lower[row + b] * solved[b];
    solved[a] = sum / lower[row + a];
    squares += solved[a] * solved[a];
  }
  return squares;
}
