import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { type ExtractionJob, storeOf } from '../features/extract.js';
import { checkFinite } from '../features/input.js';
import { patchGrid } from '../features/layers.js';
import { patchDimensions } from '../features/reading.js';
import { type Device, inBlocks } from './device.js';
import { packInputs, type Sink } from './extract.js';
import { hasRoom } from './resident.js';
import { tensorRows } from './tensor-rows.js';

/**
 * Keeps a job's patch embeddings on a device as tensors, a batch each; the host reads one sum a batch at the end, which tells whether
 * all values are finite.
 * @returns null for jobs whose values are wanted here: layer maps, what a cache keeps, more than stays on a device.
 */
export function stayingTensors(device: Device, job: ExtractionJob): Sink | null {
  const { tf } = device;
  const { spec, images } = job;
  const { positions } = patchGrid(spec);
  const dimensions = patchDimensions(spec);
  if (storeOf(job) || spec.reading?.kind === 'maps' || images.length === 0) return null;
  if (!hasRoom(tf, 4 * images.length * positions * dimensions)) return null;
  /** By their first image: a batch that failed at its end is computed again, in smaller ones. */
  const parts = new Map<number, { values: Tensor2D; sum: Tensor; count: number }>();
  return {
    found: new Float32Array(new SharedArrayBuffer(0)),
    drop: () => tf.dispose([...parts.values()].flatMap(({ values, sum }) => [values, sum])),
    async take(network, batch, missing) {
      const most = Math.max(1, Math.floor(device.budget / network.imageBytes));
      await inBlocks(device, missing.length, most, async (a, b) => {
        const [values, sum] = tf.tidy(() => {
          const all = network.values(packInputs(batch, missing, a, b), b - a);
          const rows = tf.reshape(all, [(b - a) * positions, dimensions]) as Tensor2D;
          return [tf.keep(rows), tf.keep(tf.sum(rows))];
        });
        const first = batch.from + missing[a];
        const failed = parts.get(first);
        if (failed) tf.dispose([failed.values, failed.sum]);
        parts.set(first, { values: values as Tensor2D, sum, count: b - a });
      });
    },
    async finish() {
      const all = [...parts];
      const sums = await device.attempt(() =>
        tf.tidy(() => tf.stack(all.map(([, { sum }]) => sum)) as Tensor1D).data(),
      );
      tf.dispose(all.map(([, { sum }]) => sum));
      for (const [p, [first, { values, count }]] of all.entries()) {
        if (Number.isFinite(sums[p])) continue;
        const found = (await values.data()) as Float32Array;
        const each = positions * dimensions;
        for (let i = 0; i < count; i++) checkFinite(found.subarray(i * each, (i + 1) * each), images[first + i].path);
      }
      return tensorRows(
        device,
        all.map(([, { values }]) => values),
      );
    },
  };
}
