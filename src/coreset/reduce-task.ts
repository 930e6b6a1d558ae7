import type { TaskContext } from '../kernels/task.js';

/** Rows [from, to) of `x` reduced at every level. */
export interface ReduceJob {
  /** [n × dimensions] */
  x: Float32Array;
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
  /** Offset of the axes packed by 8 rows. */
  panels: number;
}

/** Relative rounding error allowed for in single-precision sums of this length. */
const EPSILON = 2e-6;

/** Needs room for 4 rows twice and their coordinates. @returns the largest rounding error of a reduced row. */
export function run({ kernels, scratch }: TaskContext, job: ReduceJob): number {
  const { x, outputs, levels, mean, offset, from, to, panels } = job;
  const dimensions = mean.length;
  const count = offset.length;
  const columns = Math.ceil(count / 8) * 8;
  const rows = new Float32Array(kernels.memory.buffer, scratch, 4 * dimensions);
  const packed = scratch + 16 * dimensions;
  const product = packed + 16 * dimensions;
  const result = new Float32Array(kernels.memory.buffer, product, 4 * columns);
  let origin = 0;
  for (let d = 0; d < dimensions; d++) origin += mean[d] * mean[d];
  let slack = 0;
  for (let row = from; row < to; row += 4) {
    const taken = Math.min(4, to - row);
    rows.set(x.subarray(row * dimensions, (row + taken) * dimensions));
    kernels.pack4(scratch, dimensions * 4, dimensions, packed);
    kernels.gemm4(packed, dimensions, panels, columns / 8, product, columns * 4);
    for (let r = 0; r < taken; r++) {
      const squares = centredSquares(rows, r * dimensions, mean);
      let explained = 0;
      let at = 0;
      levels.forEach((own, level) => {
        const out = outputs[level];
        const base = (row + r) * (own + 1);
        for (; at < own; at++) explained += (result[r * columns + at] - offset[at]) ** 2;
        for (let a = 0; a < own; a++) out[base + a] = result[r * columns + a] - offset[a];
        const rest = Math.sqrt(Math.max(0, squares - explained));
        out[base + own] = rest;
        const error = EPSILON * (squares + origin);
        slack = Math.max(slack, Math.min(error / (2 * rest), Math.sqrt(error)) + EPSILON * Math.sqrt(squares + origin));
      });
    }
  }
  return slack;
}

function centredSquares(rows: Float32Array, base: number, mean: Float32Array): number {
  let sum = 0;
  for (let d = 0; d < mean.length; d++) {
    const delta = rows[base + d] - mean[d];
    sum += delta * delta;
  }
  return sum;
}
