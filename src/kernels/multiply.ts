import type { Watch } from '../progress.js';
import { createArena, sharedFloats, toShared } from './arena.js';
import { task } from './task.js';
import { ranges, type Threads } from './threads.js';
import { instantiateKernels } from './wasm.js';

const MULTIPLY = task<typeof import('./multiply-task.js')>(new URL('./multiply-task.js', import.meta.url));
/** Most rows a task takes at once: small matrices are still shared out, large ones cost few messages. */
const BLOCK = 1024;

/**
 * X Bᵀ in float32: x [rows × k] and b [m × k] row-major to [rows × m]. Sums run in the order of k, so the result does
 * not depend on the number of threads.
 * @throws RangeError when lengths do not fit.
 */
export async function multiplyTransposed(
  threads: Threads,
  x: Float32Array,
  b: Float32Array,
  k: number,
  watch: Watch = {},
): Promise<Float32Array> {
  const rows = x.length / k;
  const m = b.length / k;
  if (!Number.isInteger(rows) || !Number.isInteger(m))
    throw new RangeError(`${x.length} and ${b.length} values for k = ${k}`);
  const columns = Math.ceil(m / 8) * 8;
  const block = Math.max(16, Math.min(BLOCK, Math.ceil(rows / (threads.count * 4))));
  const lanes = Math.min(threads.count, Math.ceil(rows / block));
  const perLane = (4 * k + 4 * k + 4 * columns) * 4;
  const arena = createArena(columns * k * 4 * 2 + lanes * (perLane + 192));
  const panels = packPanels(arena, b, k, m);
  const scratch = Array.from({ length: lanes }, () => arena.take(perLane));
  const source = toShared(x);
  const out = sharedFloats(rows * m);
  const jobs = ranges(rows, block).map((range) => ({ x: source, out, ...range, k, m, panels }));
  await threads.each(MULTIPLY, jobs, { ...watch, arena, scratch });
  return out;
}

/** Rows of b as panels of 8, k-major, zero-padded; returns their offset. */
export function packPanels(arena: ReturnType<typeof createArena>, b: Float32Array, k: number, m: number): number {
  const columns = Math.ceil(m / 8) * 8;
  const rows = arena.take(columns * k * 4);
  const panels = arena.take(columns * k * 4);
  arena.floats(rows, m * k).set(b);
  const kernels = instantiateKernels(arena.memory);
  for (let p = 0; p < columns / 8; p++) kernels.pack8(rows + p * 8 * k * 4, k * 4, k, panels + p * 8 * k * 4);
  return panels;
}
