import type { Among, PriceOfDoubt } from './price.js';

/** Step of levels, in deviations. */
const STEP = 0.5;

interface LevelInput {
  price: PriceOfDoubt;
  among: Among;
  /** Least level, in deviations. */
  from: number;
  /** Level of the most suspicious patch. */
  to: number;
  /** Judgement at a level. */
  cutAt(level: number): number;
  /** Share, in [0, 1], of images that must be ruled out to be raised, and the chance of being wrong in that, in (0, 1). */
  most: number;
  alpha: number;
}

/**
 * The lowest level at which doubt is free (docs/cleaning.md 5): no image that is asked scores higher for it by more than a usual deviation. Of n images
 * none raised rules out, but for a chance α, that more than 1 − α^(1/n) of such images are; where that is more than `most`, the images are too few to tell.
 * @returns deviations, a multiple of half a deviation above `from`; null where nothing is doubted.
 */
export function freeLevel({ price, among, from, to, cutAt, most, alpha }: LevelInput): number | null {
  if (!(to >= from && to < Number.POSITIVE_INFINITY) || 1 - alpha ** (1 / price.count(among)) > most) return null;
  const nothing = Math.floor((to - from) / STEP) + 1;
  // What is raised at a level is raised below it, so halving finds the lowest.
  let [low, high] = [0, nothing];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (price.share(cutAt(from + middle * STEP), among) === 0) high = middle;
    else low = middle + 1;
  }
  return low < nothing ? from + low * STEP : null;
}
