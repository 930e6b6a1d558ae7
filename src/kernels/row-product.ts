import type { Arena } from './arena.js';
import type { TaskContext } from './task.js';
import { instantiateKernels } from './wasm.js';

/** B [m × k] in an arena as panels of 8 rows, k-major, padded with zeros. */
export interface PackedRows {
  /** Their offset. */
  panels: number;
  m: number;
  k: number;
}

/** Rows as the panels hold them. */
export const paddedRows = (m: number): number => Math.ceil(m / 8) * 8;

/** Bytes of arena that {@link packRows} takes. */
export const packedBytes = (m: number, k: number): number => 8 * paddedRows(m) * k;

/** Packs b [m × k]. */
export function packRows(arena: Arena, b: Float32Array, m: number, k: number): PackedRows {
  const padded = paddedRows(m);
  const rows = arena.take(padded * k * 4);
  const panels = arena.take(padded * k * 4);
  arena.floats(rows, m * k).set(b);
  const kernels = instantiateKernels(arena.memory);
  for (let row = 0; row < padded; row += 8) kernels.pack8(rows + row * k * 4, k * 4, k, panels + row * k * 4);
  return { panels, m, k };
}

/** Bytes of room that {@link visitProducts} needs: 4 rows, the same packed, and their products. */
export const productRoomBytes = (m: number, k: number): number => 4 * (8 * k + 4 * paddedRows(m));

/**
 * Multiplies rows [from, to) of x by Bᵀ, four at a time in the task's room. Sums run in the order of k.
 * @param visit hears of each row: its values [k] and its products [m], which are valid only meanwhile.
 */
export function visitProducts(
  { kernels, scratch }: TaskContext,
  x: Float32Array,
  { panels, m, k }: PackedRows,
  { from, to }: { from: number; to: number },
  visit: (row: number, values: Float32Array, products: Float32Array) => void,
): void {
  const padded = paddedRows(m);
  const packed = scratch + 16 * k;
  const product = packed + 16 * k;
  const { buffer } = kernels.memory;
  const rows = new Float32Array(buffer, scratch, 4 * k);
  const values = Array.from({ length: 4 }, (_, r) => rows.subarray(r * k, (r + 1) * k));
  const products = Array.from({ length: 4 }, (_, r) => new Float32Array(buffer, product + r * padded * 4, m));
  for (let row = from; row < to; row += 4) {
    const count = Math.min(4, to - row);
    rows.set(x.subarray(row * k, (row + count) * k));
    if (count < 4) rows.fill(0, count * k);
    kernels.pack4(scratch, k * 4, k, packed);
    kernels.gemm4(packed, k, panels, padded / 8, product, padded * 4);
    for (let r = 0; r < count; r++) visit(row + r, values[r], products[r]);
  }
}
