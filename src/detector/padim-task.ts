import type { MapsLayout } from '../features/reading.js';
import type { TaskContext } from '../kernels/task.js';
import { fitGaussian, gatherPosition, mahalanobis, triangle, vectorLength } from './padim-block.js';

/** Means [positions × d] and packed Cholesky factors [positions × d(d+1)/2] of every position. */
export interface Gaussians {
  mean: Float32Array;
  lower: Float32Array;
}

/** A step over positions [from, to): fits their Gaussians, or scores images with them. */
export type PadimJob =
  | { kind: 'fit'; values: Float32Array; images: number; layout: MapsLayout; gaussians: Gaussians }
  | {
      kind: 'score';
      values: Float32Array;
      images: number;
      layout: MapsLayout;
      gaussians: Gaussians;
      scores: Float32Array;
    };

/** Images whose vectors are solved together: few enough to stay in cache, enough to amortise a factor's load. */
const TOGETHER = 16;

/** The share of a step that one thread does: positions [from, to). */
export type PadimShare = PadimJob & { from: number; to: number };

/** Fits or scores positions [from, to). */
export function run(_context: TaskContext, job: PadimShare): void {
  const { values, images, layout, gaussians, from, to } = job;
  const d = vectorLength(layout);
  const size = triangle(d);
  if (job.kind === 'fit') {
    const vectors = new Float64Array(d * images);
    const mean = new Float64Array(d);
    const matrix = new Float64Array(d * d);
    for (let p = from; p < to; p++) {
      gatherPosition(values, layout, p, [0, images], vectors);
      fitGaussian(vectors, d, images, mean, matrix);
      gaussians.mean.set(mean, p * d);
      for (let a = 0; a < d; a++) {
        const row = p * size + triangle(a);
        for (let b = 0; b <= a; b++) gaussians.lower[row + b] = matrix[a * d + b];
      }
    }
    return;
  }
  const positions = layout.maps[0].side ** 2;
  const vectors = new Float64Array(d * TOGETHER);
  const distances = new Float64Array(TOGETHER);
  for (let p = from; p < to; p++) {
    for (let first = 0; first < images; first += TOGETHER) {
      const count = Math.min(TOGETHER, images - first);
      gatherPosition(values, layout, p, [first, count], vectors);
      mahalanobis(vectors, [d, count], [gaussians.lower, p * size], [gaussians.mean, p * d], distances);
      for (let i = 0; i < count; i++) job.scores[(first + i) * positions + p] = distances[i];
    }
  }
}
