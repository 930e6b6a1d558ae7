import type { TaskContext } from '../kernels/task.js';
import type { WeightOptions } from './discriminator.js';
import { gaussianScores } from './gaussian.js';
import { lofScores, tensorLofScores } from './lof.js';
import { nearestScores } from './nearest.js';

const padded = (n: number): number => Math.ceil(n / 8) * 8;

/** Bytes of scratch for one position: its vectors twice (rows, panels) and one row-padded distance matrix. */
export function weighScratchBytes(images: number, d: number): number {
  const n = padded(images);
  return 4 * (2 * n * d + images * n);
}

/** Weights of grid positions [from, to). */
export interface WeighJob {
  /** Projected patches [images·positions × d], image-major. */
  z: Float32Array;
  /** [images·positions] */
  weights: Float32Array;
  images: number;
  positions: number;
  d: number;
  from: number;
  to: number;
  options: WeightOptions;
}

/** Needs {@link weighScratchBytes} of room. */
export function run({ kernels, scratch }: TaskContext, job: WeighJob): void {
  const { z, weights, images, positions, d, from, to } = job;
  const { discriminator, k } = job.options;
  const n = padded(images);
  const points = new Float32Array(kernels.memory.buffer, scratch, n * d);
  const panels = scratch + 4 * n * d;
  const distances = panels + 4 * n * d;
  const wide = new Float32Array(kernels.memory.buffer, distances, images * n);
  const squared = n === images ? wide : new Float32Array(images * images);
  points.fill(0, images * d);
  for (let p = from; p < to; p++) {
    for (let i = 0; i < images; i++) {
      const row = (i * positions + p) * d;
      points.set(z.subarray(row, row + d), i * d);
    }
    let scores: Float32Array;
    if (discriminator === 'gaussian') {
      scores = gaussianScores(points.subarray(0, images * d), images, d);
    } else {
      for (let i = 0; i < n; i += 8) kernels.pack8(scratch + i * d * 4, d * 4, d, panels + i * d * 4);
      for (let i = 0; i < images; i++) {
        kernels.rowDistances(scratch + i * d * 4, d, panels, n / 8, distances + i * n * 4);
        if (n !== images) squared.set(wide.subarray(i * n, i * n + images), i * images);
      }
      if (discriminator === 'nearest') scores = nearestScores(squared, images);
      else scores = (discriminator === 'lof' ? lofScores : tensorLofScores)(squared, images, k);
    }
    for (let i = 0; i < images; i++) weights[i * positions + p] = scores[i];
  }
}
