import { checkWeights, countImages, type WeightsJob } from '../../denoise/weights.js';
import { isFar } from '../../engine/rows.js';
import { checkCancelled } from '../../errors.js';
import type { Watch } from '../../progress.js';
import { GAUSSIANS } from './gaussian-kernel.js';
import { bind, type Gpu, type Numbers } from './gpu.js';
import { tilesOf } from './rows.js';
import type { Tiles } from './tiles.js';
import { BY_POSITION, DISTANCES, factorsKernel, nearestOthersKernel, PAIRS } from './weights-kernel.js';

/** Bytes of the largest buffer of a block of positions: all of them for a few hundred images. */
const BLOCK = 2 ** 29;
/** Neighbours that a thread's registers hold. */
export const MOST_NEIGHBOURS = 64;

/** Positions [first, first + block) on the GPU. */
interface Block {
  images: number;
  block: number;
  /** Patches position by position [block × d4 × images], which kernels may change. */
  points: Numbers;
  weights: Numbers;
  shape: Numbers;
}

/**
 * Outlier weights of all patches on a GPU ({@link patchWeights} says the rest): a handful of dispatches for all positions whose
 * distances fit into a buffer, one wait. Distances are direct differences in float32; LOF's densities are float32, where threads use
 * double precision.
 * @param largest bytes of a buffer at most; given in tests. @throws InputError when a weight is not finite; OutOfMemory; Cancelled.
 */
export async function gpuPatchWeights(
  gpu: Gpu,
  { z, positions, d, options: { discriminator, k } }: WeightsJob,
  { signal, progress }: Watch = {},
  largest: number = gpu.largest,
): Promise<Float32Array> {
  const images = isFar(z) ? z.count / positions : countImages(z, positions, d, { discriminator, k });
  if (images < 2) return new Float32Array(images * positions).fill(1);
  const { tiles, free } = await tilesOf(gpu, z, d, largest);
  const each =
    4 * Math.max(4 * tiles.d4 * images, discriminator === 'gaussian' ? (4 * tiles.d4) ** 2 : images * images);
  const block = Math.max(1, Math.min(positions, Math.floor(Math.min(largest, BLOCK) / each)));
  const weights = gpu.room(images * positions);
  try {
    for (let first = 0; first < positions; first += block) {
      checkCancelled(signal);
      const own = Math.min(block, positions - first);
      const points = byPosition(gpu, tiles, positions, { images, first, block: own });
      const shape = gpu.filled(Uint32Array.of(images, tiles.d4, first, own, positions, 0, tiles.n, 0));
      const at: Block = { images, block: own, points, weights, shape };
      if (discriminator === 'gaussian') gaussians(gpu, at, tiles.d4);
      else factors(gpu, at, discriminator, Math.min(k, images - 1));
      gpu.free(points, shape);
      progress?.(first + own, positions);
    }
    const [bytes] = await gpu.read([weights, images * positions]);
    return checkWeights(new Float32Array(bytes));
  } finally {
    gpu.free(weights);
    free();
  }
}

function byPosition(
  gpu: Gpu,
  { n, d4, parts }: Tiles,
  positions: number,
  { images, first, block }: { images: number; first: number; block: number },
): Numbers {
  const pipeline = gpu.pipeline(BY_POSITION, 'byPosition');
  const points = gpu.room(4 * block * d4 * images);
  const shapes: Numbers[] = [];
  gpu.run((pass) => {
    pass.setPipeline(pipeline);
    for (const part of parts) {
      const shape = gpu.filled(Uint32Array.of(images, d4, first, block, positions, part.first, n, 0));
      shapes.push(shape);
      pass.setBindGroup(0, bind(gpu, pipeline, part.rows, points, shape));
      pass.dispatchWorkgroups(part.count, d4);
    }
  });
  gpu.free(...shapes);
  return points;
}

function factors(
  gpu: Gpu,
  { images, block, points, weights, shape }: Block,
  discriminator: 'lof' | 'lof-tensor' | 'nearest',
  k: number,
): void {
  const tensorForm = discriminator === 'lof-tensor';
  const kept = discriminator === 'nearest' ? 1 : k;
  const squared = gpu.room(block * images * images);
  const [near, far] = [gpu.room(block * kept * images), gpu.room(block * kept * images)];
  const density = gpu.room(block * images);
  const step = (code: string, entry: string, rooms: Numbers[], size: [number, number, number]) => ({
    code,
    entry,
    rooms,
    size,
  });
  const each: [number, number, number] = [Math.ceil(images / 64), block, 1];
  const sides = Math.ceil(images / PAIRS);
  const found = factorsKernel(kept, tensorForm);
  const own = [near, far, density, weights, shape];
  const steps = [
    step(DISTANCES, 'distances', [points, squared, shape], [sides, sides, block]),
    step(nearestOthersKernel(kept, tensorForm), 'nearestOthers', [squared, near, far, shape], each),
    ...(discriminator === 'nearest'
      ? [step(found, 'nearest', own, each)]
      : [step(found, 'densities', own, each), step(found, 'factors', own, each)]),
  ];
  runSteps(gpu, steps);
  gpu.free(squared, near, far, density);
}

function gaussians(gpu: Gpu, { images, block, points, weights, shape }: Block, d4: number): void {
  const lower = gpu.room(block * (4 * d4) ** 2);
  const rooms = [points, lower, weights, shape];
  const eighth = Math.ceil(d4 / 8);
  runSteps(gpu, [
    { code: GAUSSIANS, entry: 'centre', rooms, size: [Math.ceil(d4 / 64), block, 1] },
    { code: GAUSSIANS, entry: 'covariance', rooms, size: [eighth, eighth, block] },
    { code: GAUSSIANS, entry: 'cholesky', rooms, size: [block, 1, 1] },
    { code: GAUSSIANS, entry: 'solve', rooms, size: [Math.ceil(images / 64), block, 1] },
  ]);
  gpu.free(lower);
}

/** Kernels of one pass, each after the one before. */
function runSteps(
  gpu: Gpu,
  steps: readonly { code: string; entry: string; rooms: readonly Numbers[]; size: readonly [number, number, number] }[],
): void {
  gpu.run((pass) => {
    for (const { code, entry, rooms, size } of steps) {
      const pipeline = gpu.pipeline(code, entry);
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bind(gpu, pipeline, ...rooms));
      pass.dispatchWorkgroups(...size);
    }
  });
}
