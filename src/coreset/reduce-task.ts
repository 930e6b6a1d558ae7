import { type PackedRows, visitProducts } from '../kernels/row-product.js';
import type { TaskContext } from '../kernels/task.js';

/** Rows [from, to) of `x` reduced at every level. */
export interface ReduceJob {
  /** [n × dimensions] */
  x: Float32Array;
  /** [count × dimensions] */
  axes: PackedRows;
  /** For each level: [n × (own + 1)]. */
  outputs: Float32Array[];
  /** Leading axes of each level, rising. */
  levels: readonly number[];
  /** [dimensions] */
  mean: Float32Array;
  /** The mean along each axis [count]. */
  offset: Float64Array;
  from: number;
  to: number;
}

/** Relative rounding error allowed for in single-precision sums of this length. */
const EPSILON = 2e-6;

/** Needs the room of {@link visitProducts}. @returns the largest rounding error of a reduced row. */
export function run(context: TaskContext, job: ReduceJob): number {
  const { x, axes, outputs, levels, mean, offset } = job;
  let origin = 0;
  for (let d = 0; d < mean.length; d++) origin += mean[d] * mean[d];
  let slack = 0;
  visitProducts(context, x, axes, job, (row, values, products) => {
    const squares = centredSquares(values, mean);
    let explained = 0;
    let at = 0;
    levels.forEach((own, level) => {
      const out = outputs[level];
      const base = row * (own + 1);
      for (; at < own; at++) explained += (products[at] - offset[at]) ** 2;
      for (let a = 0; a < own; a++) out[base + a] = products[a] - offset[a];
      const rest = Math.sqrt(Math.max(0, squares - explained));
      out[base + own] = rest;
      const error = EPSILON * (squares + origin);
      // A row at the mean has nothing left to round, and 0/0 would be no number.
      const off = rest > 0 ? Math.min(error / (2 * rest), Math.sqrt(error)) : Math.sqrt(error);
      slack = Math.max(slack, off + EPSILON * Math.sqrt(squares + origin));
    });
  });
  return slack;
}

function centredSquares(row: Float32Array, mean: Float32Array): number {
  let sum = 0;
  for (let d = 0; d < mean.length; d++) {
    const delta = row[d] - mean[d];
    sum += delta * delta;
  }
  return sum;
}
