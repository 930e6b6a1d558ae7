import { deviation, mean } from 'd3-array';
import { quantile } from '../quantile.js';
import type { Random } from '../random.js';

/** Mean of values with their standard deviation (n − 1), null for a single value. @throws RangeError for no value. */
export function meanAndDeviation(values: readonly number[]): { mean: number; deviation: number | null } {
  const average = mean(values);
  if (average === undefined) throw new RangeError('no values to average');
  return { mean: average, deviation: deviation(values) ?? null };
}

/** A mean with a 95 % interval. */
export interface Interval {
  mean: number;
  low: number;
  high: number;
}

/** Student's t, 97.5 %, for 1, 2, … degrees of freedom. */
const T_975 = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];

/**
 * Mean of paired differences with Student's 95 % interval; null for fewer than two pairs, which tell nothing of their spread.
 * @throws RangeError for more than ten pairs.
 */
export function pairedInterval(differences: readonly number[]): Interval | null {
  const n = differences.length;
  if (n < 2) return null;
  if (n > T_975.length + 1) throw new RangeError(`t is tabulated for up to ${T_975.length + 1} pairs, not ${n}`);
  const { mean: average, deviation: spread } = meanAndDeviation(differences);
  const half = (T_975[n - 2] * spread!) / Math.sqrt(n);
  return { mean: average, low: average - half, high: average + half };
}

/** Scores of a test set's normal and anomalous images, in order. */
export interface TestScores {
  normal: readonly number[];
  anomalous: readonly number[];
}

/** Area under the ROC curve of chosen images; ties count half. O(n log n). */
function auroc(scores: TestScores, normal: Int32Array, anomalous: Int32Array): number {
  const sorted = Float64Array.from(normal, (i) => scores.normal[i]).sort();
  let area = 0;
  for (const i of anomalous) area += below(sorted, scores.anomalous[i]);
  return area / (normal.length * anomalous.length);
}

/** Sorted values below one, equal ones counted half. */
function below(sorted: Float64Array, value: number): number {
  const first = (test: (x: number) => boolean): number => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (test(sorted[middle])) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  return (first((x) => x >= value) + first((x) => x > value)) / 2;
}

/** A term of a contrast: a test's scores, counted with a sign. */
export interface Term {
  sign: 1 | -1;
  scores: TestScores;
}

/**
 * A signed sum of image AUROCs, such as one system's minus another's, with a 95 % bootstrap interval over test images: normal and anomalous
 * images are drawn again with replacement, each apart, the same ones for all terms and draws; percentiles of the mean over draws.
 * @param draws a draw's terms each, all of the same test images. @throws RangeError where their counts differ.
 */
export function bootstrapContrast(draws: readonly (readonly Term[])[], random: Random, repeats = 1000): Interval {
  const { normal, anomalous } = draws[0][0].scores;
  for (const { scores } of draws.flat()) {
    if (scores.normal.length !== normal.length || scores.anomalous.length !== anomalous.length) {
      throw new RangeError('the terms of a contrast were tested on different images');
    }
  }
  const again = (count: number): Int32Array => Int32Array.from({ length: count }, () => random.integer(count));
  const all = (count: number): Int32Array => Int32Array.from({ length: count }, (_, i) => i);
  const contrast = (choose: (count: number) => Int32Array): number => {
    const [n, a] = [choose(normal.length), choose(anomalous.length)];
    return mean(draws, (terms) => terms.reduce((sum, { sign, scores }) => sum + sign * auroc(scores, n, a), 0))!;
  };
  const drawn = Float64Array.from({ length: repeats }, () => contrast(again));
  return { mean: contrast(all), low: quantile(drawn, 0.025), high: quantile(drawn, 0.975) };
}
