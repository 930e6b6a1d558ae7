import { checkLength, checkWhole, countRows } from '../arguments.js';
import type { Watch } from '../progress.js';
import { createArena, sharedFloats, toShared } from './arena.js';
import { packedBytes, packRows, productRoomBytes } from './row-product.js';
import { task } from './task.js';
import { ranges, type Threads } from './threads.js';

const MULTIPLY = task<typeof import('./multiply-task.js')>(new URL('./multiply-task.js', import.meta.url));
/** Most rows a task takes at once: small matrices are still shared out, large ones cost few messages. */
const BLOCK = 1024;

/**
 * X Bᵀ in float32: x [rows × k] and b [m × k] row-major to [rows × m]. Sums run in the order of k, so the result does
 * not depend on the number of threads.
 * @param into where the result goes, in shared memory.
 * @throws RangeError when lengths do not fit.
 */
export async function multiplyTransposed(
  threads: Threads,
  x: Float32Array,
  b: Float32Array,
  k: number,
  watch: Watch = {},
  into?: Float32Array,
): Promise<Float32Array> {
  checkWhole('k', k, 1);
  const rows = countRows('x', x, k);
  const m = countRows('b', b, k);
  const block = Math.max(16, Math.min(BLOCK, Math.ceil(rows / (threads.count * 4))));
  const lanes = Math.min(threads.count, Math.ceil(rows / block));
  const room = productRoomBytes(m, k);
  const arena = createArena(packedBytes(m, k) + lanes * (room + 192));
  const packed = packRows(arena, b, m, k);
  const scratch = Array.from({ length: lanes }, () => arena.take(room));
  const source = toShared(x);
  if (into) checkLength('into', into, rows * m);
  const out = into ?? sharedFloats(rows * m);
  const jobs = ranges(rows, block).map((range) => ({ x: source, b: packed, out, ...range }));
  await threads.each(MULTIPLY, jobs, { ...watch, arena, scratch });
  return out;
}
