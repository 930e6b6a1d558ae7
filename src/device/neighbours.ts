import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { checkFinite, checkWhole, countRows } from '../arguments.js';
import type { IndexJob, NeighbourIndex, Neighbours } from '../detector/neighbours.js';
import { isFar, type Rows, rowsHere } from '../engine/rows.js';
import { checkCancelled } from '../errors.js';
import { type Device, inBlocks } from './device.js';
import { largestColumns } from './largest.js';
import { partsOf } from './tensor-rows.js';

/** Rows that are asked of the device beyond k > 1, so that its rounding cannot push one of the k nearest out. */
const SPARE = 4;
/** Bank rows in a block. */
const BLOCK = 32768;

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

/** A bank's rows [from, from + rows) about their mean on a device, and their squared norms [1 × rows]. */
interface Block {
  from: number;
  rows: Tensor2D;
  squares: Tensor;
}

/** Rows and squared distances that a block of queries found in a block of the bank, [queries × wanted] each. */
interface Found {
  wanted: number;
  rows: Int32Array;
  squared: Float32Array;
}

/**
 * k nearest neighbours on a device: products about the bank's mean rank the rows, and the best of every block get their distances by
 * direct differences there, in float32. For k = 1 the best is one row: of two whose distances agree to the products' rounding either
 * may be found. For more, four rows are looked at beyond k.
 * @param bank rows [m × d]. @throws OutOfMemory.
 */
export async function deviceNeighbours(
  device: Device,
  { bank: given, d, k }: IndexJob,
): Promise<NeighbourIndex & { dispose(): void }> {
  const { tf } = device;
  checkWhole('k', k, 1);
  // Where it lies, if that is here or on this device.
  const bank = partsOf(device, given) ? given : await rowsHere(given);
  const m = isFar(bank) ? bank.count : countRows('bank', bank, d, 1);
  if (!isFar(bank)) checkFinite('bank', bank, d);
  const kept = Math.min(k, m);
  const mean = await device.attempt(async () => tf.tidy(() => tf.keep(meanOf(device, bank, d, m))));
  const blocks: Block[] = [];
  await visitRows(device, bank, d, Math.min(BLOCK, device.budget / (4 * d)), async (all, from) => {
    const [rows, squares] = tf.tidy(() => {
      const centred = tf.sub(all, mean) as Tensor2D;
      return [tf.keep(centred), tf.keep(tf.reshape(tf.sum(tf.square(centred), 1), [1, -1]))];
    });
    // A device that has no room says so when something is read.
    await tf.slice(squares, [0, 0], [1, 1]).data();
    blocks.push({ from, rows: rows as Tensor2D, squares });
  });
  if (isFar(given)) given.free();
  const widest = Math.max(...blocks.map(({ rows }) => rows.shape[0]));
  const looked = kept === 1 ? 1 : kept + SPARE;
  return {
    async search(asked, { signal, progress } = {}) {
      const queries = partsOf(device, asked) ? asked : await rowsHere(asked);
      if (!isFar(queries)) checkFinite('queries', queries, d);
      const q = isFar(queries) ? queries.count : countRows('queries', queries, d);
      const all = { rows: new Int32Array(q * kept), squared: new Float32Array(q * kept) };
      const together = device.budget / (4 * Math.max(2 * d * looked, 2 * widest));
      await visitRows(device, queries, d, together, async (given, from) => {
        checkCancelled(signal);
        const own = tf.sub(given, mean) as Tensor2D;
        const found: Found[] = [];
        for (const block of blocks) found.push(await searchBlock(device, own, block, looked));
        const count = own.shape[0];
        mergeFound(found, count, kept, from, all);
        progress?.(from + count, q);
      });
      return all;
    },
    dispose: () => tf.dispose([mean, ...blocks.flatMap(({ rows, squares }) => [rows, squares])]),
  };
}

/** Mean of rows; in `tf.tidy`. */
function meanOf(device: Device, rows: Rows, d: number, m: number): Tensor {
  const { tf } = device;
  const parts = partsOf(device, rows);
  if (parts) {
    const sums = parts.map((part): Tensor => tf.sum(part, 0));
    return tf.div(
      sums.reduce((sum, own) => tf.add(sum, own)),
      m,
    );
  }
  const sum = new Float64Array(d);
  const here = rows as Float32Array;
  for (let i = 0; i < here.length; i++) sum[i % d] += here[i];
  return tf.tensor1d(Float32Array.from(sum, (value) => value / m));
}

/** Visits rows in blocks on the device, those of the host's memory uploaded. */
async function visitRows(
  device: Device,
  rows: Rows,
  d: number,
  size: number,
  visit: (block: Tensor2D, from: number) => Promise<void>,
): Promise<void> {
  const { tf } = device;
  const parts = partsOf(device, rows);
  if (!parts) {
    const here = await rowsHere(rows);
    await inBlocks(device, here.length / d, size, (from, to) =>
      visit(tf.tensor2d(here.slice(from * d, to * d), [to - from, d]), from),
    );
    return;
  }
  let first = 0;
  for (const part of parts) {
    const start = first;
    await inBlocks(device, part.shape[0], size, (from, to) =>
      visit(tf.slice(part, [from, 0], [to - from, d]), start + from),
    );
    first += part.shape[0];
  }
}

/** The best `looked` rows of a block for each query, with their distances by direct differences: one wait. */
async function searchBlock({ tf }: Device, own: Tensor2D, block: Block, looked: number): Promise<Found> {
  const [q, d] = own.shape;
  const wanted = Math.min(looked, block.rows.shape[0]);
  const [places, squared] = tf.tidy(() => {
    const nearness = tf.sub(tf.mul(tf.matMul(own, block.rows, false, true), 2), block.squares);
    const best: Tensor =
      wanted === 1 ? largestColumns(tf, nearness as Tensor2D) : tf.topk(nearness, wanted, false).indices;
    const flat = tf.reshape(best, [q * wanted]);
    const rows = tf.reshape(tf.gather(block.rows, flat as Tensor1D), [q, wanted, d]);
    return [flat, tf.sum(tf.square(tf.sub(rows, tf.reshape(own, [q, 1, d]))), 2)];
  });
  const [indices, distances] = await Promise.all([places.data(), squared.data()]);
  tf.dispose([places, squared]);
  return {
    wanted,
    rows: Int32Array.from(indices, (place) => block.from + place),
    squared: distances as Float32Array,
  };
}

/** The nearest of what the blocks found, ties to the lower row, into `all` from query `from` on. */
function mergeFound(found: readonly Found[], count: number, kept: number, from: number, all: Neighbours): void {
  if (kept === 1 && found.length === 1) {
    all.rows.set(found[0].rows, from);
    all.squared.set(found[0].squared, from);
    return;
  }
  for (let i = 0; i < count; i++) {
    const best = found
      .flatMap(({ wanted, rows, squared }) =>
        Array.from({ length: wanted }, (_, j) => ({ row: rows[i * wanted + j], squared: squared[i * wanted + j] })),
      )
      .sort((a, b) => a.squared - b.squared || a.row - b.row);
    for (let j = 0; j < kept; j++) {
      all.rows[(from + i) * kept + j] = best[j].row;
      all.squared[(from + i) * kept + j] = best[j].squared;
    }
  }
}
