import { checkFinite, checkWhole, countRows } from '../arguments.js';
import { type Rows, rowsHere } from '../engine/rows.js';
import type { Stage } from '../engine/stage.js';
import { InputError } from '../errors.js';
import { createArena, sharedFloats, toShared } from '../kernels/arena.js';
import { task } from '../kernels/task.js';
import { ranges, type Threads } from '../kernels/threads.js';
import type { Watch } from '../progress.js';
import type { WeightOptions } from './discriminator.js';
import { weighScratchBytes } from './weigh-task.js';

/** Projected patches [images·positions × d] to weigh. */
export interface WeightsJob {
  z: Rows;
  positions: number;
  d: number;
  options: WeightOptions;
}

/** {@link patchWeights} as a stage. */
export const PATCH_WEIGHTS: Stage<WeightsJob, Float32Array> = {
  name: 'weights',
  onThreads: async (threads, { z, positions, d, options }, watch) =>
    patchWeights(threads, await rowsHere(z), positions, d, options, watch),
};

const WEIGH = task<typeof import('./weigh-task.js')>(new URL('./weigh-task.js', import.meta.url));

/**
 * Outlier weight of every patch (docs/methods.md 4.1, step 4), position by position: discriminators never mix positions.
 * @param z projected patches [images·positions × d], image-major. @param options `k`: neighbours of LOF, clipped to images − 1.
 * @returns weights [images·positions], image-major.
 * @throws RangeError for lengths that do not fit; InputError for NaN or infinity in z, or when a weight is not finite.
 */
export async function patchWeights(
  threads: Threads,
  z: Float32Array,
  positions: number,
  d: number,
  options: WeightOptions,
  watch: Watch = {},
): Promise<Float32Array> {
  const images = countImages(z, positions, d, options);
  const weights = sharedFloats(images * positions);
  const source = toShared(z);
  const block = Math.max(1, Math.ceil(positions / (threads.count * 16)));
  const jobs = ranges(positions, block).map((range) => ({
    z: source,
    weights,
    images,
    positions,
    d,
    options,
    ...range,
  }));
  const lanes = Math.min(threads.count, jobs.length);
  const bytes = weighScratchBytes(images, d);
  const arena = createArena(lanes * (bytes + 64));
  const scratch = Array.from({ length: lanes }, () => arena.take(bytes));
  await threads.each(WEIGH, jobs, { ...watch, arena, scratch });
  return checkWeights(weights);
}

/** Checks patches to be weighed. @returns their images. */
export function countImages(
  z: Float32Array,
  positions: number,
  d: number,
  { discriminator, k }: WeightOptions,
): number {
  checkWhole('positions', positions, 1);
  countRows('z', z, d);
  const images = countRows('z', z, positions * d);
  if (discriminator === 'lof' || discriminator === 'lof-tensor') checkWhole('k', k, 1);
  checkFinite('z', z, d);
  return images;
}

/** @throws InputError when a weight is not finite. */
export function checkWeights(weights: Float32Array): Float32Array {
  if (weights.every(Number.isFinite)) return weights;
  throw new InputError('some patch features are NaN or infinite', 'Check the weight file and the images');
}
