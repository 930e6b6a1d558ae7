import { binomialLower, binomialTail, binomialUpper } from './binomial.js';

/** What the images' suspicions say of the whole set. */
export interface Dirt {
  /** Estimated share of dirty images, in [0, 1); 0 where the tail is no longer than clean data explain. */
  share: number;
  /** Interval of the share: lower bound and upper bound, each at level α. */
  interval: [lower: number, upper: number];
  /** [images] how likely a clean image is at least this suspicious. */
  pValues: Float64Array;
  /** [images] deviations above the median, in median absolute deviations of the lower half. */
  deviations: Float64Array;
  /**
   * Per cut: deviations, images beyond it, images expected beyond it if all were clean, and how likely so many, counted with
   * the widened deviation, are. */
  tail: { beyond: number; images: number; expected: number; pValue: number }[];
  median: number;
  deviation: number;
  /** The least share that so many images could prove beyond four deviations; above 1 where none. */
  provable: number;
}

/**
 * Deviations at which the tail is counted: the null halves with each. Nearer to the median clean images crowd the count; far out a few
 * images are proof, so that little dirt is found where it is odd.
 */
const CUTS: readonly number[] = [2, 4, 6, 9, 12];

/**
 * Tails of clean images may be so much wider than their lower half says, however many images say it: on magnetic tiles by 1.2, where
 * 762 clean ones would otherwise prove dirt.
 */
const ALLOWANCE = 1.2;

/** Relative standard error of the median of n/2 exponential deviations is this over √(n/2). */
const ERROR = 1 / Math.LN2;

/**
 * Estimates how many training images are dirty from their suspicions alone (docs/cleaning.md 4). Dirt sits in the upper half, so
 * the median and the median absolute deviation of the *lower* half describe the clean images. As null serves the heaviest
 * usual law with them, the Laplace distribution: p = 2^−(1 + x) at x deviations, for clean suspicions have long tails.
 *
 * Whether there is dirt at all is asked of counts beyond five cuts, each with an exact binomial bound at level α/5 and with a
 * deviation widened by its own standard error or an allowance, so that neither few images nor a somewhat wider tail prove anything.
 * Where bounds exceed 0 a share is estimated: the largest excess of those counts over the null, since dirt short of a cut is missed
 * there. The upper bound is that of all images beyond four deviations; dirt that is no more suspicious than clean images shows
 * nowhere.
 * @param suspicion [images]. @param alpha chance, in (0, 1), that clean images with this null are called dirty.
 * @param proof `sure` as above; `likely` takes the deviation as it is, which finds less dirt sooner and errs on wider tails.
 */
export function estimateDirt(suspicion: Float64Array, alpha: number, proof: 'sure' | 'likely' = 'sure'): Dirt {
  const n = suspicion.length;
  const sorted = suspicion.slice().sort();
  const median = middle(sorted);
  const lowerHalf = sorted.filter((value) => value <= median);
  const deviation = middle(lowerHalf.map((value) => median - value).sort());
  const widened = proof === 'sure' ? deviation * Math.max(ALLOWANCE, 1 + ERROR / Math.sqrt(n / 2)) : deviation;
  const level = alpha / CUTS.length;
  let lower = 0;
  let share = 0;
  const tail = CUTS.map((beyond) => {
    const p = 2 ** -(1 + beyond);
    const sure = countAbove(sorted, median + beyond * widened);
    const least = excess(binomialLower(sure, n, level), p);
    lower = Math.max(lower, least);
    const images = countAbove(sorted, median + beyond * deviation);
    if (least > 0) share = Math.max(share, excess(images / n, p));
    return { beyond, images, expected: n * p, pValue: binomialTail(sure, n, p) };
  });
  // No more than stand out at all: clean images may have no tail, so none of them is taken off here.
  const upper = binomialUpper(tail[1].images, n, alpha);
  const deviations = suspicion.map((value) =>
    value === median ? 0 : (value - median) / Math.max(deviation, Number.MIN_VALUE),
  );
  return {
    share,
    interval: [lower, Math.max(upper, share)],
    pValues: deviations.map((x) => (x >= 0 ? 2 ** -(1 + x) : 1 - 2 ** -(1 - x))),
    deviations,
    tail,
    median,
    deviation,
    provable: provableShare(n, level),
  };
}

function provableShare(n: number, level: number): number {
  const p = 2 ** -(1 + CUTS[1]);
  let count = 1;
  // A lower bound exceeds p where so many are less likely than its level.
  while (count <= n && binomialTail(count, n, p) >= level) count++;
  return excess(count / n, p);
}

/** Share beyond a cut that the null does not explain, of those it does not put there. */
function excess(share: number, p: number): number {
  return Math.max(0, (share - p) / (1 - p));
}

function countAbove(sorted: Float64Array, cut: number): number {
  let count = 0;
  while (count < sorted.length && sorted[sorted.length - 1 - count] > cut) count++;
  return count;
}

/** Middle of sorted values, the mean of two where they are even. */
function middle(sorted: Float64Array): number {
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
