import { isBank } from '../detector/bank-system.js';
import type { Fitted } from '../detector/system.js';
import { InputError } from '../errors.js';

/** A training image as the denoiser sees it. */
export interface Suspect {
  name: string;
  /** Mean outlier weight of its worst patches. */
  weight: number;
  /** Number of its patches that were removed. */
  removed: number;
}

/** Patches of an image that count for its rank: a defect covers few, so a mean over all would hide it. */
const WORST = 10;

/**
 * Training images by the mean of their worst patches' outlier weights, most suspicious first: where to look for noise
 * that nobody injected (the paper's Figure 8 shows one such image; the ranking is ours).
 * @param fitted a SoftPatch bank fitted on exactly these images. @param positions patches an image.
 * @throws InputError for a detector that weighs no patches.
 */
export function rankBySuspicion(fitted: Fitted, train: readonly { name: string }[], positions: number): Suspect[] {
  const trace = isBank(fitted) ? fitted.trace : null;
  const weights = trace?.patchWeights;
  if (!trace || !weights) throw new InputError('this detector weighs no patches', 'Choose a SoftPatch method');
  const images = train.map(({ name }, i) => {
    const own = weights
      .slice(i * positions, (i + 1) * positions)
      .sort()
      .subarray(-WORST);
    const kept = trace.kept?.subarray(i * positions, (i + 1) * positions);
    const removed = kept ? kept.reduce((sum, stays) => sum + (1 - stays), 0) : 0;
    return { name, weight: own.reduce((sum, weight) => sum + weight, 0) / own.length, removed };
  });
  return images.sort((a, b) => b.weight - a.weight);
}
