/** Largest value. */
export function largest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
}

/**
 * Adds a layer's probabilities exp(ℓ − maximum) [grid × grid], stretched bilinearly with aligned corners, to a map
 * [side × side] (docs/methods.md 6.3).
 */
export function addProbabilities(
  map: Float32Array,
  side: number,
  likelihood: Float32Array,
  grid: number,
  maximum: number,
): void {
  const probabilities = likelihood.map((value) => Math.exp(value - maximum));
  const step = side > 1 ? (grid - 1) / (side - 1) : 0;
  for (let y = 0; y < side; y++) {
    const top = Math.min(Math.floor(y * step), Math.max(0, grid - 2));
    const v = y * step - top;
    const bottom = Math.min(top + 1, grid - 1);
    for (let x = 0; x < side; x++) {
      const left = Math.min(Math.floor(x * step), Math.max(0, grid - 2));
      const h = x * step - left;
      const right = Math.min(left + 1, grid - 1);
      const upper = probabilities[top * grid + left] * (1 - h) + probabilities[top * grid + right] * h;
      const lower = probabilities[bottom * grid + left] * (1 - h) + probabilities[bottom * grid + right] * h;
      map[y * side + x] += upper * (1 - v) + lower * v;
    }
  }
}
