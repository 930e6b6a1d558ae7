import { median } from '../quantile.js';
import type { MemoryBank } from './bank.js';
import type { Neighbours } from './neighbours.js';

/** Neighbours looked at per patch, so that rows of the image itself can be passed over. */
export const CALIBRATION_NEIGHBOURS = 8;

/**
 * Scores training images as if they were new: a patch's nearest bank row of another image. Where all looked at belong to
 * the image itself, the farthest of them stands in (a little too small).
 * Ours; the authors' code has no decision threshold.
 * @param neighbours of the images' patches, {@link CALIBRATION_NEIGHBOURS} each. @param images index of each image.
 */
export function leaveOneOutScores(
  { rows, squared }: Neighbours,
  bank: MemoryBank,
  positions: number,
  images: readonly number[],
): Float32Array {
  const k = rows.length / (images.length * positions);
  return Float32Array.from(images, (image, i) => {
    let most = 0;
    for (let p = i * positions; p < (i + 1) * positions; p++) {
      let j = 0;
      while (j < k - 1 && Math.floor(bank.picks[rows[p * k + j]] / positions) === image) j++;
      const weight = bank.weights ? bank.weights[rows[p * k + j]] : 1;
      most = Math.max(most, squared[p * k + j] * weight);
    }
    return most;
  });
}

/** A decision threshold that dirty training images barely move: median + 2 robust deviations (1.4826 · MAD). */
export function decisionThreshold(scores: Float32Array): number {
  const middle = median(scores);
  const deviation = 1.4826 * median(scores.map((score) => Math.abs(score - middle)));
  return middle + 2 * deviation;
}
