import { sharedFloats } from './arena.js';

/** Rows of a matrix [n × d] by index: [indices × d], in shared memory unless it is given where to. */
export function gatherRows(
  values: Float32Array,
  d: number,
  indices: ArrayLike<number>,
  into: Float32Array = sharedFloats(indices.length * d),
): Float32Array {
  for (let i = 0; i < indices.length; i++) {
    const from = indices[i] * d;
    into.set(values.subarray(from, from + d), i * d);
  }
  return into;
}
