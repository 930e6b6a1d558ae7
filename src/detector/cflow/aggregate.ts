import { stretchBilinear } from '../../image/bilinear.js';

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
  const stretched = stretchBilinear(probabilities, grid, side, 'aligned');
  for (let i = 0; i < map.length; i++) map[i] += stretched[i];
}
