/**
 * SoftPatch-nearest (docs/methods.md 4.2): W_i = 1 + distance to the nearest other patch at the same position.
 * Differs from the authors' code: the self-distance is exactly 0 here, there a small positive rounding error.
 * @param squared [n × n] squared distances.
 */
export function nearestScores(squared: Float32Array, n: number): Float32Array {
  const scores = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    let least = Number.POSITIVE_INFINITY;
    for (let j = 0; j < n; j++) if (j !== i && squared[i * n + j] < least) least = squared[i * n + j];
    scores[i] = 1 + (n > 1 ? Math.sqrt(least) : 0);
  }
  return scores;
}
