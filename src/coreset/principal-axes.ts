import { checkWhole, countRows } from '../arguments.js';
import { createArena, sharedFloats, toShared } from '../kernels/arena.js';
import { multiplyTransposed } from '../kernels/multiply.js';
import { packedBytes, packRows, productRoomBytes } from '../kernels/row-product.js';
import { task } from '../kernels/task.js';
import { ranges, type Threads } from '../kernels/threads.js';
import { randomFromDraw } from '../random.js';

/** An orthonormal frame near the data's principal axes: it bounds distances from below whatever its quality. */
export interface Axes {
  dimensions: number;
  /** [count × dimensions], leading axes first. */
  axes: Float32Array;
  count: number;
  /** [dimensions] */
  mean: Float32Array;
}

const SAMPLE = 2048;
const ROUNDS = 3;

/**
 * The leading principal axes of rows [n × dimensions] by subspace iteration on the covariance of at most 2,048 rows.
 * Only speed depends on their quality, so the sample is evenly spaced and the start has a fixed seed.
 */
export async function principalAxes(
  threads: Threads,
  rows: Float32Array,
  dimensions: number,
  count: number,
): Promise<Axes> {
  const n = countRows('rows', rows, dimensions, 1);
  checkWhole('count', count, 1);
  const sampled = Math.min(n, SAMPLE);
  const mean = new Float64Array(dimensions);
  const centred = new Float64Array(sampled * dimensions);
  for (let s = 0; s < sampled; s++) {
    const from = Math.floor((s * n) / sampled) * dimensions;
    for (let d = 0; d < dimensions; d++) {
      centred[s * dimensions + d] = rows[from + d];
      mean[d] += rows[from + d] / sampled;
    }
  }
  // Columns as rows: covariance = Xᵀ X is a product of transposes of the [dimensions × sampled] matrix.
  const columns = sharedFloats(dimensions * sampled);
  for (let s = 0; s < sampled; s++) {
    for (let d = 0; d < dimensions; d++) columns[d * sampled + s] = centred[s * dimensions + d] - mean[d];
  }
  const covariance = await multiplyTransposed(threads, columns, columns, sampled);
  const random = randomFromDraw(1);
  let axes: Float32Array = Float32Array.from({ length: count * dimensions }, () => random.normal());
  for (let round = 0; round < ROUNDS; round++) {
    axes = orthonormalise(axes, dimensions, 1);
    // The covariance is symmetric, so axes·Cᵀ is one power step.
    axes = new Float32Array(await multiplyTransposed(threads, axes, covariance, dimensions));
  }
  return { dimensions, axes: orthonormalise(axes, dimensions, 2), count, mean: Float32Array.from(mean) };
}

/** Gram–Schmidt, the last time twice for safety; a row that vanishes (rank-deficient data) becomes zero, which is still a valid bound. */
function orthonormalise(rows: Float32Array, dimensions: number, passes: number): Float32Array {
  const out = Float64Array.from(rows);
  const count = rows.length / dimensions;
  for (let a = 0; a < count; a++) {
    const own = out.subarray(a * dimensions, (a + 1) * dimensions);
    const before = Math.sqrt(dot(own, own));
    for (let pass = 0; pass < passes; pass++) {
      for (let b = 0; b < a; b++) {
        const other = out.subarray(b * dimensions, (b + 1) * dimensions);
        const along = dot(own, other);
        for (let d = 0; d < dimensions; d++) own[d] -= along * other[d];
      }
    }
    const length = Math.sqrt(dot(own, own));
    const scale = length > 1e-6 * before ? 1 / length : 0;
    for (let d = 0; d < dimensions; d++) own[d] *= scale;
  }
  return Float32Array.from(out);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** Rows in few dimensions: distances between them never exceed the full ones by more than the slack allows. */
export interface Reduced {
  /** For each level: rows [n × (own + 1)], the leading `own` coordinates and the norm of what they leave out. */
  levels: Float32Array[];
  /** Largest rounding error of a reduced row; a bound b holds as b ≤ (distance + slack of both)². */
  slack: number;
}

const REDUCE = task<typeof import('./reduce-task.js')>(new URL('./reduce-task.js', import.meta.url));

/**
 * Reduces rows [n × dimensions] onto the axes at several levels (numbers of leading axes). With the residual's norm as
 * one more coordinate the reduced distance is a lower bound: ‖a−b‖² ≥ ‖P(a−b)‖² + (‖ra‖ − ‖rb‖)².
 */
export async function reduce(
  threads: Threads,
  rows: Float32Array,
  frame: Axes,
  levels: readonly number[],
): Promise<Reduced> {
  const { dimensions, axes, count, mean } = frame;
  const n = rows.length / dimensions;
  const lanes = threads.count;
  const room = productRoomBytes(count, dimensions);
  const arena = createArena(packedBytes(count, dimensions) + lanes * (room + 64));
  const packed = packRows(arena, axes, count, dimensions);
  const scratch = Array.from({ length: lanes }, () => arena.take(room));
  const source = toShared(rows);
  const outputs = levels.map((own) => sharedFloats(n * (own + 1)));
  const offset = new Float64Array(count);
  for (let a = 0; a < count; a++) {
    for (let d = 0; d < dimensions; d++) offset[a] += axes[a * dimensions + d] * mean[d];
  }
  const jobs = ranges(n, 1024).map((range) => ({ x: source, axes: packed, outputs, levels, mean, offset, ...range }));
  const slacks = await threads.each(REDUCE, jobs, { arena, scratch });
  return { levels: outputs, slack: slacks.reduce((most, slack) => Math.max(most, slack), 0) };
}
