/** What a decision threshold does to labelled test images. */
export interface Decision {
  threshold: number;
  /** Normal images above it, and all normal ones. */
  falseAlarms: number;
  normal: number;
  /** Anomalous images not above it, and all anomalous ones. */
  misses: number;
  anomalous: number;
}

/** Counts false alarms and misses: an image counts as anomalous where its score lies above the threshold. */
export function decide(scores: ArrayLike<number>, labels: readonly (number | null)[], threshold: number): Decision {
  const decision = { threshold, falseAlarms: 0, normal: 0, misses: 0, anomalous: 0 };
  labels.forEach((label, i) => {
    if (label === 0) {
      decision.normal++;
      if (scores[i] > threshold) decision.falseAlarms++;
    } else if (label === 1) {
      decision.anomalous++;
      if (!(scores[i] > threshold)) decision.misses++;
    }
  });
  return decision;
}

/** Whether an image is judged wrongly; false without a label. */
export function isWrong(score: number, label: number | null, threshold: number): boolean {
  return label !== null && score > threshold !== (label === 1);
}

/** A point of the ROC curve. */
export interface RocPoint {
  falseAlarmRate: number;
  found: number;
}

/** The ROC curve from (0, 0) to (1, 1), a point a distinct score; empty where a class is missing. */
export function rocCurve(scores: ArrayLike<number>, labels: readonly (number | null)[]): RocPoint[] {
  const order = [...labels.keys()].filter((i) => labels[i] !== null).sort((a, b) => scores[b] - scores[a]);
  const normal = order.filter((i) => labels[i] === 0).length;
  const anomalous = order.length - normal;
  if (normal === 0 || anomalous === 0) return [];
  const points: RocPoint[] = [{ falseAlarmRate: 0, found: 0 }];
  let [alarms, hits] = [0, 0];
  order.forEach((image, at) => {
    if (labels[image] === 1) hits++;
    else alarms++;
    const next = order[at + 1];
    if (next !== undefined && scores[next] === scores[image]) return;
    points.push({ falseAlarmRate: alarms / normal, found: hits / anomalous });
  });
  return points;
}

/** A threshold between the smallest score that counts as anomalous at the largest F1 and the next lower one. */
export function thresholdBelow(scores: ArrayLike<number>, least: number): number {
  let below = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < scores.length; i++) if (scores[i] < least && scores[i] > below) below = scores[i];
  return Number.isFinite(below) ? (below + least) / 2 : least - Math.abs(least) * 1e-3;
}
