import { type PackedRows, visitProducts } from './row-product.js';
import type { TaskContext } from './task.js';

/** Rows [from, to) of X Bᵀ, into `out`. */
export interface MultiplyJob {
  /** [rows × k] */
  x: Float32Array;
  b: PackedRows;
  /** [rows × m] */
  out: Float32Array;
  from: number;
  to: number;
}

/** Needs the room of {@link visitProducts}. */
export function run(context: TaskContext, { x, b, out, from, to }: MultiplyJob): void {
  visitProducts(context, x, b, { from, to }, (row, _values, products) => out.set(products, row * b.m));
}
