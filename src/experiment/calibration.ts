import type { Calibration } from '../detector/calibration.js';
import { InputError } from '../errors.js';
import { clopperPearson } from '../metrics/clopper-pearson.js';

/** The share of normal images that may be called anomalous unless the user says otherwise. */
export const FALSE_ALARMS = 0.01;

/** What a decision threshold promises. */
export interface Promised {
  decisionThreshold: number;
  /** Expected share of false alarms among new normal images, (m + 1)/(n + 1) where m of n lie above. */
  expected: number;
  /** Of `images` normal images, how many lie above. */
  above: number;
  images: number;
  /** 95 % interval (Clopper–Pearson) of the share of false alarms. */
  interval: [number, number];
}

/**
 * The decision threshold of a false-alarm rate α by split conformal prediction: the ⌈(n + 1)(1 − α)⌉-th smallest of n scores. A new
 * normal image lies above it with a probability of at most α, if the n images are like it. Where n is below 1/α − 1, the
 * largest score stands in, and the rate is 1/(n + 1).
 * @throws InputError for an impossible rate or without scores.
 */
export function thresholdAt({ scores }: Pick<Calibration, 'scores'>, falseAlarms: number): Promised {
  if (!(falseAlarms > 0 && falseAlarms < 1)) {
    throw new InputError(
      `a false-alarm rate of ${falseAlarms} is impossible`,
      'Give a share between 0 and 1, e.g. 0.01',
    );
  }
  if (scores.length === 0) throw new InputError('no normal image was scored', 'Give more training images');
  const n = scores.length;
  const rank = Math.min(n, Math.ceil((n + 1) * (1 - falseAlarms) - 1e-9));
  return promised({ scores }, scores[Math.max(0, rank - 1)]);
}

/** What a given threshold promises. */
export function promised({ scores }: Pick<Calibration, 'scores'>, decisionThreshold: number): Promised {
  const images = scores.length;
  const above = scores.filter((score) => score > decisionThreshold).length;
  const expected = (above + 1) / (images + 1);
  return { decisionThreshold, expected, above, images, interval: clopperPearson(above, images) };
}

/**
 * Conformal p-value of a score: (1 + number of normal images that score as high)/(n + 1). Among new normal images it lies below
 * p in at most a share p.
 */
export function pValue({ scores }: Pick<Calibration, 'scores'>, score: number): number {
  return (1 + scores.filter((other) => other >= score).length) / (scores.length + 1);
}

/**
 * Turns raw scores into levels on 0…1 with the decision threshold at 0.5, monotone: below it half the share of the normal images
 * under the threshold that score lower (interpolated), above it halving the distance to 1 every time the score rises by as
 * much as the threshold lies above the median.
 */
export function leveller(
  calibration: Pick<Calibration, 'scores'>,
  decisionThreshold: number,
): (score: number) => number {
  const { knots, step } = levelKnots(calibration, decisionThreshold);
  return (score) => {
    if (score > decisionThreshold) return 1 - 0.5 * 2 ** ((decisionThreshold - score) / step);
    const next = knots.findIndex((knot) => knot >= score);
    const before = knots[next - 1];
    const rank = next === 0 ? 2 ** ((score - knots[0]) / step) : next + (score - before) / (knots[next] - before);
    return (0.5 * rank) / knots.length;
  };
}

/** The scores between which a {@link leveller} interpolates, the threshold last, and the rise that halves the distance to 1. */
export function levelKnots(
  { scores }: Pick<Calibration, 'scores'>,
  decisionThreshold: number,
): { knots: number[]; step: number } {
  const knots = [...new Set(scores.filter((score) => score < decisionThreshold)), decisionThreshold];
  const distance = decisionThreshold - knots[Math.floor((knots.length - 1) / 2)];
  return { knots, step: distance > 0 ? distance : Math.abs(decisionThreshold) / 10 || 1 };
}
