import { imageScores } from '../detector/image-scores.js';
import { anomalyMap } from '../detector/map.js';
import type { TaskContext } from '../kernels/task.js';
import { collectPixels } from '../metrics/pixel.js';
import { rankLabelled } from '../metrics/ranking.js';

/** AUROC of a point on images and pixels. */
export interface Measured {
  image: number | null;
  pixel: number | null;
}

/** One point's patch scores, and the truth. */
export interface MeasureJob {
  /** [images·positions] */
  scores: Float32Array;
  labels: readonly (number | null)[];
  /** [crop × crop] of each image, null where it has none; null altogether where pixels are not measured. */
  masks: readonly (Uint8Array | null)[] | null;
  /** Patches a side. */
  grid: number;
  /** Pixels a side of maps and masks. */
  crop: number;
}

/** Maps and metrics of one point. */
export function run(_context: TaskContext, { scores, labels, masks, grid, crop }: MeasureJob): Measured {
  const positions = grid * grid;
  const image = rankLabelled(imageScores(scores, positions), labels).auroc;
  if (!masks) return { image, pixel: null };
  const pixels = collectPixels(crop);
  for (const [i, mask] of masks.entries()) {
    pixels.add(anomalyMap(scores.subarray(i * positions, (i + 1) * positions), grid, crop), mask);
  }
  return { image, pixel: pixels.auroc() };
}
