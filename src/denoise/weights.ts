import { InputError } from '../errors.js';
import { createArena, sharedFloats, toShared } from '../kernels/arena.js';
import { ranges, type Threads } from '../kernels/threads.js';
import type { Watch } from '../progress.js';
import { weighScratchBytes } from './weigh-task.js';

/** How a patch's noisiness is judged among the patches at its grid position. `lof-tensor` is the authors' GPU form. */
export type Discriminator = 'nearest' | 'gaussian' | 'lof' | 'lof-tensor';

export const DISCRIMINATORS: readonly Discriminator[] = ['lof', 'lof-tensor', 'nearest', 'gaussian'];

/** How patches are judged; `k` neighbours of LOF are clipped to images − 1. */
export interface WeightOptions {
  discriminator: Discriminator;
  k: number;
}

const TASK = new URL('./weigh-task.js', import.meta.url);

/**
 * Outlier weight of every patch (docs/methods.md 4.1, step 4), position by position: discriminators never mix positions.
 * @param z projected patches [images·positions × d], image-major. @param k neighbours of LOF, clipped to images − 1.
 * @returns weights [images·positions], image-major.
 * @throws InputError when a weight is not finite (NaN features).
 */
export async function patchWeights(
  threads: Threads,
  z: Float32Array,
  positions: number,
  d: number,
  options: WeightOptions,
  watch: Watch = {},
): Promise<Float32Array> {
  const images = z.length / (positions * d);
  if (!Number.isInteger(images)) throw new RangeError(`${z.length} values are not whole images of ${positions} × ${d}`);
  const weights = sharedFloats(images * positions);
  const source = toShared(z);
  const jobs = ranges(positions, Math.max(1, Math.ceil(positions / (threads.count * 16)))).map(([from, to]) => [
    source,
    weights,
    images,
    positions,
    d,
    from,
    to,
    options,
  ]);
  const lanes = Math.min(threads.count, jobs.length);
  const bytes = weighScratchBytes(images, d);
  const arena = createArena(lanes * (bytes + 64));
  const scratch = Array.from({ length: lanes }, () => arena.take(bytes));
  await threads.each(TASK, arena, jobs, watch, scratch);
  return checkWeights(weights);
}

/** @throws InputError when a weight is not finite. */
export function checkWeights(weights: Float32Array): Float32Array {
  if (weights.every(Number.isFinite)) return weights;
  throw new InputError('some patch features are NaN or infinite', 'Check the weight file and the images');
}
