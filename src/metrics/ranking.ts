import { checkLength } from '../arguments.js';
import { sortScores } from './radix-sort.js';

/** Image- or pixel-level figures of a ranking; null where a class is missing. */
export interface RankingMetrics {
  /** Area under the ROC curve; ties count half. */
  auroc: number | null;
  /** Average precision: Σ (recall step · precision), as scikit-learn's. */
  ap: number | null;
  /** Largest F1 over all thresholds. */
  f1max: number | null;
  /** Smallest score counted as anomalous at the largest F1. */
  f1Threshold: number | null;
}

/**
 * AUROC, average precision and F1-max of scores of anomalous and normal items (docs/methods.md 7). Both arrays are sorted in
 * place; one sweep over distinct thresholds from the top then gives all of them exactly.
 * @throws RangeError for a NaN score.
 */
export function rankingMetrics(anomalous: Float32Array, normal: Float32Array): RankingMetrics {
  sortScores(anomalous);
  sortScores(normal);
  if (anomalous.length === 0 || normal.length === 0) return { auroc: null, ap: null, f1max: null, f1Threshold: null };
  let a = anomalous.length - 1;
  let n = normal.length - 1;
  let truePositives = 0;
  let falsePositives = 0;
  let area = 0;
  let ap = 0;
  let f1max = 0;
  let f1Threshold = 0;
  while (a >= 0 || n >= 0) {
    const value = a >= 0 && (n < 0 || anomalous[a] >= normal[n]) ? anomalous[a] : normal[n];
    let found = 0;
    let wrong = 0;
    for (; a >= 0 && anomalous[a] === value; a--) found++;
    for (; n >= 0 && normal[n] === value; n--) wrong++;
    area += wrong * (truePositives + found / 2);
    truePositives += found;
    falsePositives += wrong;
    if (found > 0) {
      const precision = truePositives / (truePositives + falsePositives);
      ap += (found / anomalous.length) * precision;
      const f1 = (2 * truePositives) / (truePositives + falsePositives + anomalous.length);
      if (f1 > f1max) {
        f1max = f1;
        f1Threshold = value;
      }
    }
  }
  return { auroc: area / (anomalous.length * normal.length), ap, f1max, f1Threshold };
}

/** Splits scores by labels (1 anomalous, 0 normal; others are left out) and ranks them. */
export function rankLabelled(scores: ArrayLike<number>, labels: ArrayLike<number | null>): RankingMetrics {
  checkLength('labels', labels as ArrayLike<number>, scores.length);
  const all = Array.from(scores);
  const pick = (label: number): Float32Array => Float32Array.from(all.filter((_, i) => labels[i] === label));
  return rankingMetrics(pick(1), pick(0));
}
