import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { type Anchors, allAnchors } from '../coreset/anchors.js';
import { gatherRows } from '../kernels/gather-rows.js';
import { centreRows, meanRow } from './centre-rows.js';
import { type Device, inBlocks } from './device.js';

/** The rows of a block that are farthest from every centre, and how far any other row of it can be. */
export interface Farthest {
  /** Rows, and their squared distances to the nearest of all centres so far. */
  rows: Int32Array;
  squared: Float32Array;
  /** Largest squared distance of the block's other rows. */
  rest: number;
}

/** Rows on a device in blocks, each with its running distances to the centres applied to it. */
export interface DeviceBlocks {
  count: number;
  /** Sets distances to those of the anchors; removed rows are at 0 unless `all`. */
  start(anchors: Anchors, kept?: Uint8Array): Promise<void>;
  /** Applies centres (rows of z) that the block has not seen and reads its farthest rows. */
  refresh(block: number, centres: Int32Array): Promise<Farthest>;
  dispose(): void;
}

/** Rows a block has at most: enough work for a device, few enough to leave most blocks alone. */
const BLOCK = 4096;
/** Farthest rows that are followed on the host between refreshes. */
const FOLLOWED = 64;
/** Rounding of an expanded square relative to the norms. */
const ROUNDING = 1e-6;
/** Centres applied in one product. */
const TOGETHER = 512;

/**
 * Puts rows z [n × d] on a device. Squared distances are products about the rows' mean, clamped at 0: off by 1e-7 of the rows'
 * squared norms.
 * @throws OutOfMemory.
 */
export async function deviceBlocks(device: Device, z: Float32Array, d: number): Promise<DeviceBlocks> {
  const { tf } = device;
  const n = z.length / d;
  const centred = centreRows(z, meanRow(z, d));
  // Distances below the rounding of the products are none: a chosen row must not be chosen again.
  const noise = ROUNDING * largestSquare(centred, d);
  const audible = (value: number): number => (value > noise ? value : 0);
  const blocks: { from: number; to: number; rows: Tensor2D; squares: Tensor; distance: Tensor | null }[] = [];
  await inBlocks(device, n, Math.min(BLOCK, device.budget / (4 * Math.max(d, TOGETHER))), async (from, to) => {
    const rows = tf.tensor2d(centred.slice(from * d, to * d), [to - from, d]);
    const squares = tf.tidy(() => tf.sum(tf.square(rows), 1, true));
    // A device that has no room says so when something is read.
    await tf.slice(squares, 0, 1).data();
    blocks.push({ from, to, rows: tf.keep(rows), squares: tf.keep(squares), distance: null });
  });
  /** Squared distances of a block's rows to centres, [rows × centres]. */
  const squaredTo = (b: number, centres: ArrayLike<number>): Tensor => {
    const own = tf.tensor2d(gatherRows(centred, d, centres, new Float32Array(centres.length * d)), [centres.length, d]);
    const { rows, squares } = blocks[b];
    const norms = tf.reshape(tf.sum(tf.square(own), 1), [1, -1]);
    return tf.relu(tf.sub(tf.add(squares, norms), tf.mul(tf.matMul(rows, tf.transpose(own)), 2)));
  };
  const replace = (b: number, next: Tensor): void => {
    blocks[b].distance?.dispose();
    blocks[b].distance = tf.keep(next);
  };
  return {
    count: blocks.length,
    async start(anchors, kept) {
      const given = anchors.kind === 'all' ? allAnchors(z, n, d) : null;
      for (const [b, { from, to }] of blocks.entries()) {
        await device.attempt(async () => {
          const distance = tf.tidy(() => {
            const own = given
              ? tf.square(tf.tensor1d(given.slice(from, to)))
              : tf.square(tf.mean(tf.sqrt(squaredTo(b, (anchors as { rows: Int32Array }).rows)), 1));
            return kept ? tf.mul(own, tf.tensor1d(Float32Array.from(kept.subarray(from, to)))) : own;
          });
          replace(b, distance);
        });
      }
    },
    async refresh(b, centres) {
      const { from, to } = blocks[b];
      const followed = Math.min(FOLLOWED + 1, to - from);
      return device.attempt(async () => {
        for (let at = 0; at < centres.length; at += TOGETHER) {
          const some = centres.subarray(at, at + TOGETHER);
          replace(
            b,
            tf.tidy(() => tf.minimum(blocks[b].distance!, tf.min(squaredTo(b, some), 1))),
          );
        }
        const { values, indices } = tf.topk(blocks[b].distance!, followed);
        const [squared, places] = await Promise.all([values.data(), indices.data()]);
        const whole = followed === to - from;
        const kept = whole ? followed : followed - 1;
        return {
          rows: Int32Array.from(places.slice(0, kept), (place) => from + place),
          squared: Float32Array.from(squared.slice(0, kept), audible),
          rest: whole ? 0 : audible(squared[kept]),
        };
      });
    },
    dispose() {
      for (const { rows, squares, distance } of blocks) for (const t of [rows, squares, distance]) t?.dispose();
    },
  };
}

function largestSquare(centred: Float32Array, d: number): number {
  let most = 0;
  for (let row = 0; row < centred.length; row += d) {
    let squares = 0;
    for (let a = row; a < row + d; a++) squares += centred[a] ** 2;
    most = Math.max(most, squares);
  }
  return most;
}
