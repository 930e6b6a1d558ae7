import { checkWhole } from '../arguments.js';
import { checkDistances } from './nearest.js';
/**
 * Local outlier factor from squared distances (docs/methods.md 4.2): W_i = mean over the k nearest others b of lrd(b)/lrd(i),
 * lrd(i) = 1/(mean_b max(kd(b), d(i, b)) + 1e-10). ≈ 1 for inliers, scale-free; duplicates can reach 1e10.
 * @param squared [n × n] squared distances of the n patches at one grid position. @param k clipped to n − 1.
 * @throws RangeError for another length or k < 1; InputError for NaN or infinity.
 */
export function lofScores(squared: Float32Array, n: number, k: number): Float32Array {
  checkDistances(squared, n);
  checkWhole('k', k, 1);
  if (n < 2) return new Float32Array(n).fill(1);
  const neighbours = nearestColumns(squared, n, Math.min(k, n - 1), false);
  return factors(squared, n, neighbours, 0, 1e-10);
}

/**
 * The authors' tensor form of LOF: 1e-6 is added to every distance, none to the mean, and the nearest of a row is
 * taken to be the row itself. Differs from {@link lofScores} by ties and near-duplicates only, which are capped at 1e6.
 */
export function tensorLofScores(squared: Float32Array, n: number, k: number): Float32Array {
  checkDistances(squared, n);
  checkWhole('k', k, 1);
  if (n < 2) return new Float32Array(n).fill(1);
  const wide = nearestColumns(squared, n, Math.min(k, n - 1) + 1, true);
  const kept = wide.length / n;
  const neighbours = wide.filter((_, at) => at % kept !== 0);
  return factors(squared, n, neighbours, 1e-6, 0).map((value) => Math.min(value, 1e6));
}

/** Columns of the k smallest entries of each row, nearest first, ties to the lower column; with or without the diagonal. */
function nearestColumns(squared: Float32Array, n: number, k: number, diagonal: boolean): Int32Array {
  const columns = new Int32Array(n * k);
  const value = new Float32Array(k);
  for (let i = 0; i < n; i++) {
    const row = i * n;
    const out = i * k;
    let filled = 0;
    let last = Number.POSITIVE_INFINITY;
    for (let j = 0; j < n; j++) {
      const d = squared[row + j];
      if (filled === k && !(d < last)) continue;
      if (j === i && !diagonal) continue;
      let at = filled < k ? filled++ : k - 1;
      for (; at > 0 && value[at - 1] > d; at--) {
        value[at] = value[at - 1];
        columns[out + at] = columns[out + at - 1];
      }
      value[at] = d;
      columns[out + at] = j;
      last = value[filled - 1];
    }
  }
  return columns;
}

function factors(
  squared: Float32Array,
  n: number,
  neighbours: Int32Array,
  offset: number,
  epsilon: number,
): Float32Array {
  const k = neighbours.length / n;
  const reach = new Float64Array(n);
  for (let i = 0; i < n; i++) reach[i] = Math.sqrt(squared[i * n + neighbours[i * k + k - 1]]) + offset;
  const density = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < k; j++) {
      const b = neighbours[i * k + j];
      sum += Math.max(reach[b], Math.sqrt(squared[i * n + b]) + offset);
    }
    density[i] = 1 / (sum / k + epsilon);
  }
  const scores = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < k; j++) sum += density[neighbours[i * k + j]];
    scores[i] = sum / k / density[i];
  }
  return scores;
}
