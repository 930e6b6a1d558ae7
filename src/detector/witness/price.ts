import { median } from '../../quantile.js';
import type { Others } from '../nearest-others.js';

/** What doubt is weighed on. */
export interface PriceInput {
  /** Of each patch [images·positions] the nearest of other images. */
  others: Others;
  /** [images·positions] */
  judged: Float32Array;
  positions: number;
  /** [images] deviations; images beyond four are no ordinary ones. */
  deviations: Float64Array;
  /** Pictures that must agree before doubted patches count; 0: they never do. */
  witnesses: number;
}

/** Whose scores are looked at: those of ordinary images, or of all, which are as new images will be where all are clean. */
export type Among = 'ordinary' | 'all';

/** Deviations up to which an image is ordinary. */
const ORDINARY = 4;

/** Tells what doubt costs where images are clean, at any cut. */
export interface PriceOfDoubt {
  /** Images that are asked. */
  count(among: Among): number;
  /**
   * Share, [0, 1], of images whose score against the others rises by more than a usual deviation of such scores when patches judged above `cut`
   * need witnesses; 1 where there are no such images. It never falls as the cut falls.
   */
  share(cut: number, among: Among): number;
}

/** Prepares to weigh doubt (docs/cleaning.md 4) on the training images alone; an image's own rows never count. */
export function priceOfDoubt({ others, judged, positions, deviations, witnesses }: PriceInput): PriceOfDoubt {
  const m = others.patches.length / judged.length;
  const asked: Record<Among, number[]> = {
    all: [...deviations.keys()],
    ordinary: [...deviations.keys()].filter((image) => deviations[image] <= ORDINARY),
  };
  /** Logarithm of an image's largest distance. */
  const score = (image: number, squaredOf: (q: number) => number): number => {
    let most = 0;
    for (let q = image * positions * m; q < (image + 1) * positions * m; q += m) most = Math.max(most, squaredOf(q));
    return Math.log(most) / 2;
  };
  const before = asked.all.map((image) => score(image, (q) => others.squared[q]));
  const plain = asked.ordinary.map((image) => before[image]);
  const middle = plain.length > 0 ? median(plain) : 0;
  const usual = plain.length > 0 ? median(plain.filter((value) => value <= middle).map((value) => middle - value)) : 0;
  return {
    count: (among) => asked[among].length,
    share(cut, among) {
      const images = asked[among];
      if (images.length === 0) return 1;
      const raised = (image: number): boolean =>
        score(image, (q) => witnessed(others, judged, { cut, witnesses, from: q, m })) - before[image] > usual;
      return images.filter(raised).length / images.length;
    },
  };
}

/** Squared distance to the nearest of m other images by a patch that is not doubted or to the last witness, whichever is nearer; ∞ where there is neither. */
function witnessed(
  { patches, squared }: Others,
  judged: Float32Array,
  { cut, witnesses, from, m }: { cut: number; witnesses: number; from: number; m: number },
): number {
  for (let j = 0; j < m && patches[from + j] >= 0; j++) {
    if (judged[patches[from + j]] <= cut || j + 1 === witnesses) return squared[from + j];
  }
  return Number.POSITIVE_INFINITY;
}
