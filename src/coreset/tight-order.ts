import { sharedFloats, toShared } from '../kernels/arena.js';
import { task } from '../kernels/task.js';
import type { Threads } from '../kernels/threads.js';
import { halve, type Ordering, tightOrder } from './tight-blocks.js';

const ORDER = task<typeof import('./tight-order-task.js')>(new URL('./tight-order-task.js', import.meta.url));
/** Rows from which on threads are worth their messages. */
const MANY = 20000;
/** Parts a thread: they take equally long. */
const PARTS = 2;

/** {@link tightOrder} in threads: the same order, since parts do not depend on each other. */
export async function tightOrderInThreads(threads: Threads, rows: Float32Array, own: number): Promise<Int32Array> {
  const n = rows.length / own;
  if (n < MANY || threads.count === 1) return tightOrder(rows, own);
  const order = new Int32Array(new SharedArrayBuffer(4 * n));
  for (let i = 0; i < n; i++) order[i] = i;
  const ordering: Ordering = { rows: toShared(rows), own, order, keys: sharedFloats(n) };
  let parts: [from: number, to: number][] = [[0, n]];
  while (parts.length < PARTS * threads.count) {
    parts = parts.flatMap(([from, to]): [number, number][] => {
      const middle = halve(ordering, from, to);
      return middle === null
        ? [[from, to]]
        : [
            [from, middle],
            [middle, to],
          ];
    });
  }
  await threads.each(
    ORDER,
    parts.map(([from, to]) => ({ ...ordering, from, to })),
  );
  return order;
}
