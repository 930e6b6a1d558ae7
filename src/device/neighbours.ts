import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { checkFinite, checkWhole, countRows } from '../arguments.js';
import type { IndexJob, NeighbourIndex } from '../detector/neighbours.js';
import { checkCancelled } from '../errors.js';
import { centreRows, meanRow } from './centre-rows.js';
import { type Device, inBlocks } from './device.js';

/** Rows that are asked of the device beyond k, so that its rounding cannot push one of the k nearest out. */
const SPARE = 4;
/** Bank rows in a block. */
const BLOCK = 16384;

/** Indexes banks on a device, one at a time: the last one's rows make room for the next. */
export function deviceIndex(device: Device): (job: IndexJob) => Promise<NeighbourIndex> {
  let last: { dispose(): void } | undefined;
  return async (job) => {
    last?.dispose();
    const placed = await deviceNeighbours(device, job);
    last = placed;
    return placed;
  };
}

/**
 * k nearest neighbours on a device: products about the bank's mean rank the rows, the k + 4 best of every block come home and get
 * their distances by direct differences in float32, as in {@link indexNeighbours}, whose results these are unless more than
 * four rows lie within the rounding of the products.
 * @param bank rows [m × d]. @throws OutOfMemory.
 */
export async function deviceNeighbours(
  device: Device,
  { bank, d, k }: IndexJob,
): Promise<NeighbourIndex & { dispose(): void }> {
  const { tf } = device;
  const m = countRows('bank', bank, d, 1);
  checkWhole('k', k, 1);
  checkFinite('bank', bank, d);
  const kept = Math.min(k, m);
  const mean = meanRow(bank, d);
  const blocks: { from: number; rows: Tensor2D; squares: Tensor }[] = [];
  await inBlocks(device, m, Math.min(BLOCK, device.budget / (4 * d)), async (from, to) => {
    const rows = tf.transpose(tf.tensor2d(centreRows(bank, mean, from, to), [to - from, d])) as Tensor2D;
    const squares = tf.tidy(() => tf.reshape(tf.sum(tf.square(rows), 0), [1, to - from]));
    // A device that has no room says so when something is read.
    await tf.slice(squares, [0, 0], [1, 1]).data();
    blocks.push({ from, rows: tf.keep(rows), squares: tf.keep(squares) });
  });
  const widest = Math.max(...blocks.map(({ rows }) => rows.shape[1]));
  return {
    async search(queries, { signal, progress } = {}) {
      const q = countRows('queries', queries, d);
      checkFinite('queries', queries, d);
      const found = { rows: new Int32Array(q * kept), squared: new Float32Array(q * kept) };
      await inBlocks(device, q, device.budget / (4 * Math.max(d, 2 * widest)), async (from, to) => {
        checkCancelled(signal);
        const own = tf.tensor2d(centreRows(queries, mean, from, to), [to - from, d]);
        const candidates: Int32Array[] = [];
        for (const block of blocks) {
          const wanted = Math.min(kept + SPARE, block.rows.shape[1]);
          const indices = tf.tidy(
            () => tf.topk(tf.sub(tf.mul(tf.matMul(own, block.rows), 2), block.squares), wanted, false).indices,
          );
          candidates.push(Int32Array.from(await indices.data(), (place) => block.from + place));
          indices.dispose();
        }
        for (let i = 0; i < to - from; i++) {
          const rows = candidates.flatMap((all) => {
            const each = all.length / (to - from);
            return [...all.subarray(i * each, (i + 1) * each)];
          });
          const best = rows
            .map((row) => ({ row, squared: squaredDistance(queries, (from + i) * d, bank, row * d, d) }))
            .sort((a, b) => a.squared - b.squared || a.row - b.row);
          for (let j = 0; j < kept; j++) {
            found.rows[(from + i) * kept + j] = best[j].row;
            found.squared[(from + i) * kept + j] = best[j].squared;
          }
        }
        progress?.(to, q);
      });
      return found;
    },
    dispose: () => tf.dispose(blocks.flatMap(({ rows, squares }) => [rows, squares])),
  };
}

/** In float32, in the order of the dimensions. */
function squaredDistance(a: Float32Array, atA: number, b: Float32Array, atB: number, d: number): number {
  let sum = 0;
  for (let i = 0; i < d; i++) {
    const difference = Math.fround(a[atA + i] - b[atB + i]);
    sum = Math.fround(sum + Math.fround(difference * difference));
  }
  return sum;
}
