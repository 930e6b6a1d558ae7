import { countRows } from '../arguments.js';
import type { ProjectionJob } from '../denoise/projection.js';
import { checkCancelled } from '../errors.js';
import { sharedFloats } from '../kernels/arena.js';
import type { Watch } from '../progress.js';
import { type Device, inBlocks } from './device.js';

/** X Bᵀ on a device in row blocks: x [n × k], b [m × k] to [n × m]; agrees with the threads' product to rounding. */
export async function deviceProject(
  device: Device,
  { rows: x, projection: b, dimensions: k }: ProjectionJob,
  { signal }: Watch = {},
): Promise<Float32Array> {
  const { tf } = device;
  const n = countRows('rows', x, k);
  const m = countRows('projection', b, k);
  const out = sharedFloats(n * m);
  await inBlocks(device, n, device.budget / (4 * Math.max(k, m)), async (from, to) => {
    checkCancelled(signal);
    const block = tf.tensor2d(x.slice(from * k, to * k), [to - from, k]);
    const product = tf.matMul(block, tf.transpose(tf.tensor2d(b.slice(), [m, k])));
    out.set((await product.data()) as Float32Array, from * m);
  });
  return out;
}
