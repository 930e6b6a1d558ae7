import { checkFinite, checkLength, checkWhole, countRows } from '../arguments.js';
import { quantile } from '../quantile.js';

/** Where a patch comes from. */
export type PatchOrigin = 'nominal image' | 'noise image' | 'defect patch';

/** A bar of a histogram of weights. */
export interface WeightBin {
  method: string;
  from: PatchOrigin;
  /** Middle of the bin. */
  weight: number;
  /** Share of the patches of this origin in the bin. */
  share: number;
}

/**
 * Histograms of weights by origin, each origin summing to 1; the ends take in what lies beyond the 99.8-percentile.
 * @param noisy [images] whether an image is noise. @param defects [patches] of 1 and 0.
 */
export function weightHistogram(
  method: string,
  weights: Float32Array,
  noisy: readonly boolean[],
  defects: Uint8Array,
  bins = 40,
): WeightBin[] {
  const positions = countRows('weights', weights, noisy.length);
  checkLength('defects', defects, weights.length);
  checkFinite('weights', weights);
  checkWhole('bins', bins, 1);
  const low = quantile(weights, 0);
  const high = quantile(weights, 0.998, 'lower');
  const width = (high - low) / bins || 1;
  const counts = new Map<PatchOrigin, number[]>();
  weights.forEach((weight, patch) => {
    const from: PatchOrigin = defects[patch]
      ? 'defect patch'
      : noisy[Math.floor(patch / positions)]
        ? 'noise image'
        : 'nominal image';
    const own = counts.get(from) ?? Array.from({ length: bins }, () => 0);
    counts.set(from, own);
    own[Math.min(bins - 1, Math.floor((weight - low) / width))]++;
  });
  return [...counts].flatMap(([from, own]) => {
    const total = own.reduce((sum, count) => sum + count, 0);
    return own.map((count, b) => ({ method, from, weight: low + (b + 0.5) * width, share: count / total }));
  });
}
