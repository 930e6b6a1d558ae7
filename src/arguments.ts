import { InputError } from './errors.js';

// Public numeric functions check what they are given once, at the door, and name the argument. Wrong shapes and ranges are
// a caller's mistake (RangeError); NaN and infinity come with the data (InputError).

/** @throws RangeError unless `value` is a whole number from `least` to `most`. */
export function checkWhole(name: string, value: number, least: number, most: number = Number.MAX_SAFE_INTEGER): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
  throw new RangeError(`${name} = ${value} is not a whole number ${range}`);
}

/** @throws RangeError unless `values` has `length` values. */
export function checkLength(name: string, values: ArrayLike<number>, length: number): void {
  if (values.length !== length) throw new RangeError(`${name} has ${values.length} values, not ${length}`);
}

/** @returns n of rows [n × d]. @throws RangeError unless `values` is whole rows of `d`, at least `least` of them. */
export function countRows(name: string, values: ArrayLike<number>, d: number, least = 0): number {
  checkWhole('d', d, 1);
  const n = values.length / d;
  if (!Number.isInteger(n))
    throw new RangeError(`${name} has ${values.length} values, which are no whole rows of ${d}`);
  if (n < least) throw new RangeError(`${name} has ${n} rows, fewer than ${least}`);
  return n;
}

/** @param d values a row, to say in which row. @throws InputError where a value is NaN or infinite. */
export function checkFinite(name: string, values: Float32Array | Float64Array, d = 1): void {
  // One pass without a branch a value: 0 · x is 0 for finite x, else NaN, and NaN stays.
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * 0;
  if (sum === 0) return;
  const at = values.findIndex((value) => !Number.isFinite(value));
  const where = d === 1 ? `at ${at}` : `in row ${Math.floor(at / d)}`;
  throw new InputError(`${name} holds ${values[at]} ${where}`, 'Check where these values come from');
}

/** @throws RangeError where an index is not in [0, below). */
export function checkIndices(name: string, indices: ArrayLike<number>, below: number): void {
  for (let i = 0; i < indices.length; i++) {
    if (!(Number.isInteger(indices[i]) && indices[i] >= 0 && indices[i] < below))
      throw new RangeError(`${name}[${i}] = ${indices[i]} is not a row below ${below}`);
  }
}
