import { checkLength, countRows } from '../arguments.js';
import { discard } from '../denoise/cut.js';
import type { PatchOrigin } from './weight-histogram.js';

/** What a τ removes of the patches of one origin. */
export interface RemovalRow {
  method: string;
  tau: number;
  /** Weight above which patches are removed; null at τ = 0. */
  cut: number | null;
  from: PatchOrigin;
  removed: number;
  /** Patches of this origin. */
  patches: number;
}

/**
 * What each τ removes, by where patches come from (docs/methods.md 4.1): rows for a slider.
 * @param weights [images·positions]. @param noisy [images] whether an image is noise. @param defects [patches] of 1 and 0.
 * @param taus in [0, 1). @throws RangeError for lengths that do not fit.
 */
export function removalByTau(
  method: string,
  weights: Float32Array,
  noisy: readonly boolean[],
  defects: Uint8Array,
  taus: readonly number[],
): RemovalRow[] {
  const positions = countRows('weights', weights, noisy.length);
  checkLength('defects', defects, weights.length);
  const origin = (patch: number): PatchOrigin =>
    defects[patch] ? 'defect patch' : noisy[Math.floor(patch / positions)] ? 'noise image' : 'nominal image';
  const origins = Array.from(weights, (_, patch) => origin(patch));
  return taus.flatMap((tau) => {
    const { kept, cut } = tau > 0 ? discard(weights, tau) : { kept: null, cut: null };
    const counts = new Map<PatchOrigin, { removed: number; patches: number }>();
    origins.forEach((from, patch) => {
      const own = counts.get(from) ?? { removed: 0, patches: 0 };
      counts.set(from, own);
      own.patches++;
      if (kept?.[patch] === 0) own.removed++;
    });
    return [...counts].map(([from, own]) => ({ method, tau, cut, from, ...own }));
  });
}
