import { median } from '../../quantile.js';
import type { Others } from '../nearest-others.js';

/** What doubt is weighed on. */
export interface PriceInput {
  /** Of each patch [images·positions] the nearest of other images. */
  others: Others;
  /** [images·positions] */
  judged: Float32Array;
  /** Judgement from which a patch would be doubted. */
  cut: number;
  positions: number;
  /** [images] deviations; images beyond four are no ordinary ones. */
  deviations: Float64Array;
}

/** Deviations up to which an image is ordinary. */
const ORDINARY = 4;

/**
 * What doubt costs where images are clean: the share of ordinary images whose score against the others rises by more than a usual deviation of such
 * scores when doubted patches need two images (docs/cleaning.md 4). Judged on the training images alone; an image's own rows never count.
 * @returns [0, 1].
 */
export function priceOfDoubt({ others, judged, cut, positions, deviations }: PriceInput): number {
  const m = others.patches.length / judged.length;
  const before: number[] = [];
  const after: number[] = [];
  for (const [image, deviation] of deviations.entries()) {
    if (!(deviation <= ORDINARY)) continue;
    let [plain, doubting] = [0, 0];
    for (let q = image * positions * m; q < (image + 1) * positions * m; q += m) {
      plain = Math.max(plain, others.squared[q]);
      doubting = Math.max(doubting, witnessed(others, judged, cut, q, m));
    }
    // Logarithms of distances.
    before.push(Math.log(plain) / 2);
    after.push(Math.log(doubting) / 2);
  }
  if (before.length === 0) return 1;
  const ordinary = median(before);
  const usual = median(before.filter((value) => value <= ordinary).map((value) => ordinary - value));
  return after.filter((value, i) => value - before[i] > usual).length / after.length;
}

/** Squared distance to the nearest other image by a patch that is not doubted or, where nearer, to the second nearest image. */
function witnessed({ patches, squared }: Others, judged: Float32Array, cut: number, from: number, m: number): number {
  const trusted = patches[from] < 0 || judged[patches[from]] <= cut;
  return trusted || m === 1 || patches[from + 1] < 0 ? squared[from] : squared[from + 1];
}
