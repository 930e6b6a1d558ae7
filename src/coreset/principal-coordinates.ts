import { checkFinite, checkWhole, countRows } from '../arguments.js';
import type { Threads } from '../kernels/threads.js';
import { principalAxes } from './principal-axes.js';

/**
 * Coordinates of rows along their own leading principal axes: [n × dimensions] → [n × count]. Same rows, same bytes.
 * @param count at most n − 1. @throws RangeError for lengths that do not fit; InputError for NaN or infinity.
 */
export async function principalCoordinates(
  threads: Threads,
  rows: Float32Array,
  dimensions: number,
  count: number,
): Promise<Float32Array> {
  const n = countRows('rows', rows, dimensions, 2);
  checkWhole('count', count, 1, n - 1);
  checkFinite('rows', rows, dimensions);
  const { axes, mean } = await principalAxes(threads, rows, dimensions, count);
  const out = new Float32Array(n * count);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < count; k++) {
      let sum = 0;
      for (let a = 0; a < dimensions; a++) sum += (rows[i * dimensions + a] - mean[a]) * axes[k * dimensions + a];
      out[i * count + k] = sum;
    }
  }
  return out;
}
