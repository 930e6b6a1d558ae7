import type { Among, PriceOfDoubt } from './price.js';

/** Step of levels, in deviations. */
const STEP = 0.5;

interface LevelInput {
  price: PriceOfDoubt;
  among: Among;
  /** Least level, in deviations. */
  from: number;
  /** Level beyond which no patch is judged. */
  to: number;
  /** Judgement at a level. */
  cutAt(level: number): number;
  /** Share, in [0, 1], of images that must be ruled out to be raised, and the chance of being wrong in that, in (0, 1). */
  most: number;
  alpha: number;
}

/**
 * The lowest level at which doubt is free (docs/cleaning.md 5): no image that is asked scores higher for it. Of n images none raised rules out, but for a
 * chance α, that more than 1 − α^(1/n) of such images are; where that is more than `most`, the images are too few to tell and nothing is doubted.
 * @returns deviations, at least `from`, a multiple of half a deviation above it.
 */
export function freeLevel({ price, among, from, to, cutAt, most, alpha }: LevelInput): number {
  const nothing = Math.max(0, Math.ceil((to - from) / STEP));
  if (1 - alpha ** (1 / price.count(among)) > most) return from + nothing * STEP;
  // What is raised at a level is raised below it, so halving finds the lowest.
  let [low, high] = [0, nothing];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (price.share(cutAt(from + middle * STEP), among) === 0) high = middle;
    else low = middle + 1;
  }
  return from + low * STEP;
}
