import { checkFinite, countRows } from '../arguments.js';
import { InputError } from '../errors.js';
import { quantile } from '../quantile.js';

/** Which patches stay: weight ≤ cut. */
export interface Denoised {
  /** The (1 − τ)-quantile of all weights pooled. */
  cut: number;
  /** [patches] of 1 (kept) and 0 (removed). */
  kept: Uint8Array;
  /** Number of ones. */
  keptCount: number;
}

/**
 * Removes the noisiest share τ of all patches, pooled over images and positions (docs/methods.md 4.1, step 5): those with
 * weight strictly above the cut; ties stay. τ = 0 removes nothing.
 */
export function discard(weights: Float32Array, tau: number): Denoised {
  if (!(tau >= 0 && tau < 1)) {
    throw new InputError(`τ = ${tau} is impossible`, 'Give the share of patches to remove, from 0 to below 1');
  }
  checkFinite('weights', weights);
  const cut = Math.fround(quantile(weights, 1 - tau));
  const kept = new Uint8Array(weights.length);
  let keptCount = 0;
  for (let i = 0; i < weights.length; i++) if (weights[i] <= cut) keptCount += kept[i] = 1;
  return { cut, kept, keptCount };
}

/** Normalisations of LOF weights the authors tried; `none` is the published code. */
export type WeightNormalisation = 'none' | 'imageMedian' | 'positionMean';

/** Applies a normalisation to weights [images × positions]: minus the image's median plus 1, or over the position's mean. */
export function normaliseWeights(weights: Float32Array, positions: number, kind: WeightNormalisation): Float32Array {
  if (kind === 'none') return weights;
  const out = new Float32Array(weights.length);
  const images = countRows('weights', weights, positions);
  if (kind === 'imageMedian') {
    for (let i = 0; i < images; i++) {
      const own = weights.subarray(i * positions, (i + 1) * positions);
      // torch.median: the lower of the two middle values.
      const median = quantile(own, 0.5, 'lower');
      for (let p = 0; p < positions; p++) out[i * positions + p] = Math.max(0, own[p] - median + 1);
    }
    return out;
  }
  for (let p = 0; p < positions; p++) {
    let sum = 0;
    for (let i = 0; i < images; i++) sum += weights[i * positions + p];
    for (let i = 0; i < images; i++) out[i * positions + p] = weights[i * positions + p] / (sum / images);
  }
  return out;
}
