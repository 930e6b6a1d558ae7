import type { Tensor, Tensor1D, Tensor3D } from '@tensorflow/tfjs-core';
import { COVARIANCE_REGULARISATION } from '../denoise/gaussian.js';
import { checkWeights, countImages, type WeightsJob } from '../denoise/weights.js';
import { isFar, type Rows, rowsHere } from '../engine/rows.js';
import type { TensorFlow } from '../engine/tensorflow.js';
import { checkCancelled } from '../errors.js';
import type { Watch } from '../progress.js';
import { type Device, inBlocks } from './device.js';
import { centre, covariances, eliminate } from './eliminate.js';
import { partsOf } from './tensor-rows.js';

/** Further than any squared distance of features; keeps a patch from being its own neighbour. */
const FAR = 1e30;

/**
 * Outlier weights of all patches on a device, grid positions in blocks ({@link patchWeights} says the rest). Squared distances come
 * from products about each position's mean, so those of near-duplicates are off by 1e-7 of the patches' squared norms.
 * @param z [images·positions × d], image-major. @returns [images·positions].
 * @throws InputError when a weight is not finite; OutOfMemory; Cancelled.
 */
export async function devicePatchWeights(
  device: Device,
  { z, positions, d, options: { discriminator, k } }: WeightsJob,
  { signal, progress }: Watch = {},
): Promise<Float32Array> {
  const { tf } = device;
  const images = isFar(z) ? z.count / positions : countImages(z, positions, d, { discriminator, k });
  const weights = new Float32Array(images * positions).fill(1);
  if (images < 2) return weights;
  const points = await pointsOf(device, z, { images, positions, d });
  const each = 4 * (discriminator === 'gaussian' ? d * (d + images) : images * images);
  await inBlocks(device, positions, device.budget / (2 * each), async (from, to) => {
    checkCancelled(signal);
    const scores = tf.tidy(() => {
      const { centred } = centre(tf, points(from, to));
      if (discriminator === 'gaussian') return gaussian(tf, centred);
      if (discriminator === 'nearest') return nearest(tf, centred);
      return outlierFactors(tf, centred, Math.min(k, images - 1), discriminator === 'lof-tensor');
    });
    const values = (await scores.data()) as Float32Array;
    for (let p = from; p < to; p++) {
      for (let i = 0; i < images; i++) weights[i * positions + p] = values[(p - from) * images + i];
    }
    progress?.(to, positions);
  });
  return checkWeights(weights);
}

/** Patches of positions [from, to): [positions × images × d]; in `tf.tidy`. */
async function pointsOf(
  device: Device,
  z: Rows,
  { images, positions, d }: { images: number; positions: number; d: number },
): Promise<(from: number, to: number) => Tensor3D> {
  const { tf } = device;
  const parts = partsOf(device, z);
  if (parts) {
    return (from, to) => {
      const all = parts.length === 1 ? parts[0] : tf.concat([...parts], 0);
      const byImage = tf.reshape(all, [images, positions, d]);
      return tf.transpose(tf.slice(byImage, [0, from, 0], [images, to - from, d]), [1, 0, 2]) as Tensor3D;
    };
  }
  const here = await rowsHere(z);
  return (from, to) => {
    const own = new Float32Array((to - from) * images * d);
    for (let p = from; p < to; p++) {
      for (let i = 0; i < images; i++) {
        const row = (i * positions + p) * d;
        own.set(here.subarray(row, row + d), ((p - from) * images + i) * d);
      }
    }
    return tf.tensor3d(own, [to - from, images, d]);
  };
}

/** [p × n × n], `diagonal` on the diagonal. */
function squaredDistances(tf: TensorFlow, centred: Tensor3D, diagonal: number): Tensor3D {
  const [p, n] = centred.shape;
  const squares = tf.sum(tf.square(centred), 2);
  const products = tf.matMul(centred, tf.transpose(centred, [0, 2, 1]));
  const sums = tf.add(tf.reshape(squares, [p, n, 1]), tf.reshape(squares, [p, 1, n]));
  const eye = tf.reshape(tf.eye(n), [1, n, n]);
  const off = tf.relu(tf.sub(sums, tf.mul(products, 2)));
  return tf.add(tf.mul(off, tf.sub(1, eye)), tf.mul(eye, diagonal)) as Tensor3D;
}

function nearest(tf: TensorFlow, centred: Tensor3D): Tensor {
  return tf.add(tf.sqrt(tf.min(squaredDistances(tf, centred, FAR), 2)), 1);
}

function gaussian(tf: TensorFlow, centred: Tensor3D): Tensor {
  const [p, n, d] = centred.shape;
  const matrix = covariances(tf, centred, COVARIANCE_REGULARISATION);
  let squares: Tensor = tf.zeros([p, 1, n]);
  eliminate(tf, tf.concat([matrix, tf.transpose(centred, [0, 2, 1])], 2) as Tensor3D, (row, j) => {
    const next = tf.tidy(() => tf.add(squares, tf.square(tf.slice(row, [0, 0, d - j], [p, 1, n]))));
    squares.dispose();
    squares = next;
  });
  return tf.add(tf.sqrt(squares), 1);
}

/** LOF from the k nearest others, or in the authors' tensor form from the k + 1 nearest less the first (docs/methods.md 4.2). */
function outlierFactors(tf: TensorFlow, centred: Tensor3D, k: number, tensorForm: boolean): Tensor {
  const [p, n] = centred.shape;
  const squared = squaredDistances(tf, centred, tensorForm ? 0 : FAR);
  const found = tf.topk(tf.neg(squared), tensorForm ? k + 1 : k);
  const first = tensorForm ? 1 : 0;
  const take = (all: Tensor): Tensor => tf.slice(all, [0, 0, first], [p, n, k]);
  const offset = tensorForm ? 1e-6 : 0;
  const distances = tf.add(tf.sqrt(tf.relu(tf.neg(take(found.values)))), offset);
  const starts = tf.reshape(tf.mul(tf.range(0, p, 1, 'int32'), tf.scalar(n, 'int32')), [p, 1, 1]);
  const flat = tf.reshape(tf.add(take(found.indices), starts), [p * n * k]) as Tensor1D;
  const of = (values: Tensor): Tensor => tf.reshape(tf.gather(tf.reshape(values, [p * n]), flat), [p, n, k]);
  const reach = tf.slice(distances, [0, 0, k - 1], [p, n, 1]);
  const mean = tf.div(tf.sum(tf.maximum(of(reach), distances), 2), k);
  const density = tf.div(1, tf.add(mean, tensorForm ? 0 : 1e-10));
  const factors = tf.div(tf.div(tf.sum(of(density), 2), k), density);
  return tensorForm ? tf.minimum(factors, 1e6) : factors;
}
