import { checkWhole } from '../arguments.js';
import { InputError } from '../errors.js';

/**
 * Image-level denoising (docs/methods.md 5.3): with q = trunc(budget·N0) and v the q-th largest score, images with a score
 * strictly below v stay. At least q are dropped; ties at v go too.
 * @param scores in-sample scores of the training images, nominal and noise. @param nominal N0, the number of nominal ones.
 * @returns [images] of 1 (kept) and 0.
 * @throws InputError for a budget that drops all, or a score that is NaN.
 */
export function filterImages(scores: Float32Array, budget: number, nominal: number): Uint8Array {
  if (!(budget >= 0 && budget < 1)) {
    throw new InputError(
      `a denoising budget of ${budget} is impossible`,
      'Give a share from 0 to below 1, such as 0.15',
    );
  }
  checkWhole('nominal', nominal, 0, scores.length);
  if (scores.some(Number.isNaN)) throw new InputError('the score of a training image is NaN', 'Check the images');
  const drops = Math.trunc(budget * nominal);
  if (drops === 0) return new Uint8Array(scores.length).fill(1);
  const bound = scores.slice().sort()[scores.length - drops];
  const kept = Uint8Array.from(scores, (score) => (score < bound ? 1 : 0));
  if (!kept.includes(1)) {
    throw new InputError(
      `a denoising budget of ${budget} drops all ${scores.length} images (ties count)`,
      'Lower the budget',
    );
  }
  return kept;
}
