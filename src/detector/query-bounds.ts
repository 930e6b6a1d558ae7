import type { Kernels } from '../kernels/wasm.js';

/** Where the reduced bank lies: panels of [x, |x|², 1], `width` long, padded to a multiple of 8 rows. */
export interface ReducedBank {
  panels: number;
  padded: number;
  width: number;
}

/**
 * Lower bounds of four queries to every row of a bank, by one product of [−2q, 1, |q|²] with [x, |x|², 1].
 * @param reduced [queries × own] reduced queries. @param scratch room for two packings of 4 rows.
 * @param bounds [4 × padded] output offset. @param norms [4] receives |q|².
 */
export function boundQueries(
  kernels: Kernels,
  { panels, padded, width }: ReducedBank,
  reduced: Float32Array,
  first: number,
  count: number,
  scratch: number,
  bounds: number,
  norms: Float64Array,
): void {
  const own = width - 2;
  const small = new Float32Array(kernels.memory.buffer, scratch, 4 * width);
  small.fill(0);
  for (let i = 0; i < count; i++) {
    let squares = 0;
    for (let a = 0; a < own; a++) {
      const value = reduced[(first + i) * own + a];
      small[i * width + a] = -2 * value;
      squares += value * value;
    }
    small[i * width + own] = 1;
    small[i * width + own + 1] = squares;
    norms[i] = squares;
  }
  const packed = scratch + 16 * width;
  kernels.pack4(scratch, width * 4, width, packed);
  kernels.gemm4(packed, width, panels, padded / 8, bounds, padded * 4);
}
