import { checkFinite, checkLength, checkWhole } from '../arguments.js';
/**
 * SoftPatch-nearest (docs/methods.md 4.2): W_i = 1 + distance to the nearest other patch at the same position.
 * Differs from the authors' code: the self-distance is exactly 0 here, there a small positive rounding error.
 * @param squared [n × n] squared distances. @throws RangeError for another length; InputError for NaN or infinity.
 */
export function nearestScores(squared: Float32Array, n: number): Float32Array {
  checkDistances(squared, n);
  const scores = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    let least = Number.POSITIVE_INFINITY;
    for (let j = 0; j < n; j++) if (j !== i && squared[i * n + j] < least) least = squared[i * n + j];
    scores[i] = 1 + (n > 1 ? Math.sqrt(least) : 0);
  }
  return scores;
}

/** Checks the squared distances of n patches to each other. */
export function checkDistances(squared: Float32Array, n: number): void {
  checkWhole('n', n, 0);
  checkLength('squared', squared, n * n);
  checkFinite('squared', squared, n);
}
