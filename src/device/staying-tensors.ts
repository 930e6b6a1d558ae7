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
  const parts: { values: Tensor2D; sum: Tensor; first: number; count: number }[] = [];
  return {
    found: new Float32Array(new SharedArrayBuffer(0)),
    drop: () => tf.dispose(parts.flatMap(({ values, sum }) => [values, sum])),
    async take(network, batch, missing) {
      const most = Math.max(1, Math.floor(device.budget / network.imageBytes));
      await inBlocks(device, missing.length, most, async (a, b) => {
        const [values, sum] = tf.tidy(() => {
          const all = network.values(packInputs(batch, missing, a, b), b - a);
          const rows = tf.reshape(all, [(b - a) * positions, dimensions]) as Tensor2D;
          return [tf.keep(rows), tf.keep(tf.sum(rows))];
        });
        parts.push({ values: values as Tensor2D, sum, first: batch.from + missing[a], count: b - a });
      });
    },
    async finish() {
      const sums = await device.attempt(() => tf.tidy(() => tf.stack(parts.map(({ sum }) => sum)) as Tensor1D).data());
      tf.dispose(parts.map(({ sum }) => sum));
      for (const [p, { values, first, count }] of parts.entries()) {
        if (Number.isFinite(sums[p])) continue;
        const all = (await values.data()) as Float32Array;
        const each = positions * dimensions;
        for (let i = 0; i < count; i++) checkFinite(all.subarray(i * each, (i + 1) * each), images[first + i].path);
      }
      return tensorRows(
        device,
        parts.map(({ values }) => values),
      );
    },
  };
}
