import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { checkFinite, countRows } from '../arguments.js';
import { allAnchors } from '../coreset/anchors.js';
import { checkCount, checkSelection, type SelectionJob } from '../coreset/greedy.js';
import { isFar, type Rows, rowCount, rowsHere } from '../engine/rows.js';
import { checkCancelled } from '../errors.js';
import type { Watch } from '../progress.js';
import type { Device } from './device.js';
import { partsOf } from './tensor-rows.js';

/** Picks between two readings. */
const CHUNK = 512;
/** Rounding of an expanded square relative to the norms: distances below are none. */
const ROUNDING = 1e-6;

/**
 * Greedy k-centre selection on a device that reads all rows for every pick faster than the host can say which it needs
 * ({@link greedyCoreset} says what it selects): four ops a pick, one reading for 512. [x, |x|² − ε, 1] times [−2c, 1, |c|²] is a
 * squared distance less the rounding ε, so that what rounding alone holds apart is not above 0. Exact up to the rounding of the
 * device's products: rows whose radii agree to that may come in another order.
 * @throws InputError if count is not in 1…n; OutOfMemory; Cancelled.
 */
export async function wholeGreedyCoreset(
  device: Device,
  { z, d, options: { count, anchors, kept, firstPickFromKept = false } }: SelectionJob,
  { signal, progress }: Watch = {},
): Promise<Int32Array> {
  const { tf } = device;
  const n = isFar(z) ? z.count : countRows('z', z, d, 1);
  checkCount(count, n);
  checkSelection(n, { anchors, kept, firstPickFromKept });
  if (!isFar(z)) checkFinite('z', z, d);
  const given = anchors.kind === 'all' ? allAnchors(await rowsHere(z), n, d) : null;
  return device.attempt(async () => {
    const own = tf.tidy(() => prepare(device, z, d));
    const [rows, centres, noise] = own as [Tensor2D, Tensor2D, Scalar];
    /** Squared distances of all rows to one, less ε: [1 × n]. */
    const squaredTo = (row: Tensor): Tensor =>
      tf.matMul(tf.gather(centres, row as Tensor1D) as Tensor2D, rows, false, true);
    const mask = kept ? tf.tensor2d(Float32Array.from(kept), [1, n]) : null;
    /** Removed rows are below every distance from then on. */
    const removed = (distance: Tensor): Tensor =>
      mask ? tf.sub(tf.mul(distance, mask), tf.mul(tf.sub(1, mask), 1e30)) : distance;
    const first = tf.tidy(() => {
      if (given) return tf.sub(tf.square(tf.tensor2d(given, [1, n])), noise);
      const starts = [...(anchors as { rows: Int32Array }).rows];
      const roots = starts.map((row) => tf.sqrt(tf.relu(tf.add(squaredTo(tf.tensor1d([row], 'int32')), noise))));
      const mean = tf.div(
        roots.reduce((sum: Tensor, root) => tf.add(sum, root)),
        starts.length,
      );
      return tf.sub(tf.square(mean), noise);
    });
    let distance: Tensor = first;
    const replace = (next: Tensor): void => {
      distance.dispose();
      distance = next;
    };
    if (firstPickFromKept) replace(tf.tidy(() => removed(distance)));
    const fill = firstPickFromKept && kept ? kept.indexOf(1) : 0;
    const picks = new Int32Array(count).fill(fill);
    let together = CHUNK;
    for (let picked = 0; picked < count; ) {
      checkCancelled(signal);
      const chunk = picked === 0 ? 1 : Math.min(together, count - picked);
      const before = tf.clone(distance);
      const taken: Tensor[] = [];
      for (let i = 0; i < chunk; i++) {
        const [pick, next] = tf.tidy(() => {
          const row = tf.argMax(distance, 1);
          const base = picked === 0 && !firstPickFromKept ? removed(distance) : distance;
          return [row, tf.minimum(base, squaredTo(row))];
        });
        taken.push(pick);
        replace(next);
      }
      // Distances only fall: what is above 0 after a chunk was so all along.
      const [rowsTaken, most] = tf.tidy(() => [
        tf.concat(taken as Tensor1D[], 0),
        tf.max(chunk === 1 ? before : distance),
      ]);
      const [found, [greatest]] = await Promise.all([rowsTaken.data(), most.data()]);
      tf.dispose([...taken, rowsTaken, most]);
      if (greatest > 0) {
        picks.set(found, picked);
        picked += chunk;
        before.dispose();
        progress?.(picked, count);
      } else if (chunk > 1) {
        // Somewhere within it no row was left at a distance: again, one by one.
        replace(before);
        together = 1;
      } else break;
    }
    progress?.(count, count);
    return picks;
  });
}

/** [x, |x|² − ε, 1] [n × d + 2] and [−2x, 1, |x|²] of rows about their mean, and ε; in `tf.tidy`. */
function prepare(device: Device, z: Rows, d: number): Tensor[] {
  const { tf } = device;
  const n = rowCount(z, d);
  const parts = partsOf(device, z);
  const all = parts
    ? parts.length === 1
      ? parts[0]
      : tf.concat([...parts], 0)
    : tf.tensor2d((z as Float32Array).slice(), [n, d]);
  const x = tf.sub(all, tf.mean(all, 0, true)) as Tensor2D;
  const squares = tf.sum(tf.square(x), 1, true) as Tensor2D;
  const noise = tf.mul(tf.max(squares), ROUNDING);
  const ones = tf.ones([n, 1]) as Tensor2D;
  return [
    tf.concat([x, tf.sub(squares, noise) as Tensor2D, ones], 1),
    tf.concat([tf.mul(x, -2) as Tensor2D, ones, squares], 1),
    noise,
  ];
}
