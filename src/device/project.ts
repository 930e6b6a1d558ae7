import type { Tensor2D } from '@tensorflow/tfjs-core';
import { countRows } from '../arguments.js';
import type { ProjectionJob } from '../denoise/projection.js';
import { type Rows, rowsHere } from '../engine/rows.js';
import { checkCancelled } from '../errors.js';
import { sharedFloats } from '../kernels/arena.js';
import type { Watch } from '../progress.js';
import { type Device, inBlocks } from './device.js';
import { partsOf, tensorRows } from './tensor-rows.js';

/**
 * X Bᵀ on a device: x [n × k], b [m × k] to [n × m]; agrees with the threads' product to rounding. Rows that lie there give a product
 * that stays there; others go there and back in blocks.
 */
export async function deviceProject(
  device: Device,
  { rows, projection: b, dimensions: k }: ProjectionJob,
  { signal }: Watch = {},
): Promise<Rows> {
  const { tf } = device;
  checkCancelled(signal);
  const m = countRows('projection', b, k);
  const parts = partsOf(device, rows);
  if (parts) {
    return device.attempt(async () => {
      const product = tf.tidy(() => {
        const matrix = tf.tensor2d(b.slice(), [m, k]);
        const products = parts.map((part) => tf.matMul(part, matrix, false, true) as Tensor2D);
        return tf.keep(products.length === 1 ? products[0] : tf.concat(products, 0));
      });
      return tensorRows(device, [product]);
    });
  }
  const x = await rowsHere(rows);
  const n = countRows('rows', x, k);
  const out = sharedFloats(n * m);
  await inBlocks(device, n, device.budget / (4 * Math.max(k, m)), async (from, to) => {
    checkCancelled(signal);
    const block = tf.tensor2d(x.slice(from * k, to * k), [to - from, k]);
    const product = tf.matMul(block, tf.tensor2d(b.slice(), [m, k]), false, true);
    out.set((await product.data()) as Float32Array, from * m);
  });
  return out;
}
