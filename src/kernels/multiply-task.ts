import type { TaskContext } from './task.js';

/** Rows [from, to) of X Bᵀ, into `out`. */
export interface MultiplyJob {
  /** [rows × k] */
  x: Float32Array;
  /** [rows × m] */
  out: Float32Array;
  from: number;
  to: number;
  k: number;
  m: number;
  /** Offset of B packed by 8 rows. */
  panels: number;
}

/** Needs room for 4 rows twice and 4 rows of the result. */
export function run({ kernels, scratch }: TaskContext, { x, out, from, to, k, m, panels }: MultiplyJob): void {
  const columns = Math.ceil(m / 8) * 8;
  const rows = new Float32Array(kernels.memory.buffer, scratch, 4 * k);
  const packed = scratch + 16 * k;
  const product = packed + 16 * k;
  const result = new Float32Array(kernels.memory.buffer, product, 4 * columns);
  for (let row = from; row < to; row += 4) {
    const count = Math.min(4, to - row);
    rows.set(x.subarray(row * k, (row + count) * k));
    if (count < 4) rows.fill(0, count * k);
    kernels.pack4(scratch, k * 4, k, packed);
    kernels.gemm4(packed, k, panels, columns / 8, product, columns * 4);
    for (let r = 0; r < count; r++) out.set(result.subarray(r * columns, r * columns + m), (row + r) * m);
  }
}
