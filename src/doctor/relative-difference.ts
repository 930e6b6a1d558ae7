/** Largest absolute difference divided by the largest magnitude of the expected values; NaN where any value is. */
export function relativeDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let difference = 0;
  let scale = 0;
  for (let i = 0; i < expected.length; i++) {
    const delta = Math.abs(actual[i] - expected[i]);
    if (!(delta <= difference)) difference = delta;
    scale = Math.max(scale, Math.abs(expected[i]));
  }
  return difference / scale;
}
