import { anomalyMap } from '../detector/map.js';
import { imageScores } from '../detector/score.js';
import type { TaskContext } from '../kernels/worker.js';
import { collectPixels } from '../metrics/pixel.js';
import { rankLabelled } from '../metrics/ranking.js';

/** AUROC of a point on images and pixels. */
export interface Measured {
  image: number | null;
  pixel: number | null;
}

/** Scores, maps and metrics of one point, from squared distances [images·positions] and the weights of the rows found. */
export function run(
  _context: TaskContext,
  squared: Float32Array,
  weights: Float32Array | null,
  labels: readonly (number | null)[],
  masks: readonly (Uint8Array | null)[] | null,
  grid: number,
  side: number,
): Measured {
  const positions = grid * grid;
  const scores = weights ? squared.map((value, i) => value * weights[i]) : squared;
  const image = rankLabelled(imageScores(scores, positions), labels).auroc;
  if (!masks) return { image, pixel: null };
  const pixels = collectPixels(side);
  for (const [i, mask] of masks.entries()) {
    pixels.add(anomalyMap(scores.subarray(i * positions, (i + 1) * positions), grid, side), mask);
  }
  return { image, pixel: pixels.auroc() };
}
