import type { Kernels } from '../kernels/wasm.js';
import type { BoundedBank } from './bounded-bank.js';

/** Where a query's data lies while it is visited. */
export interface QueryOffsets {
  /** Lower bounds to every row [padded]. */
  bounds: number;
  query: number;
  queryFine: number;
  /** Rounding allowed for in the bounds. */
  margin: number;
  /** First free byte of the thread's own room. */
  rest: number;
}

/** Queries of a search, reduced at both levels. */
export interface ReducedQueries {
  queries: Float32Array;
  levels: Float32Array[];
  slack: number;
}

/** Queries [from, to) of a search in a bank. */
export interface QueryBlock {
  bank: BoundedBank;
  reduced: ReducedQueries;
  from: number;
  to: number;
}

/**
 * Bounds queries [from, to) four at a time, by one product of [−2q, 1, |q|²] with the bank's [x, |x|², 1], and visits each.
 * @param scratch the thread's room.
 */
export function visitQueries(
  kernels: Kernels,
  scratch: number,
  { bank, reduced: { queries, levels }, from, to }: QueryBlock,
  visit: (q: number, at: QueryOffsets) => void,
): void {
  const { buffer } = kernels.memory;
  const { padded, d, width, fineDims, panels, largest } = bank;
  const own = width - 2;
  const small = new Float32Array(buffer, scratch, 4 * width);
  const packed = scratch + 16 * width;
  const bounds = scratch + 32 * width;
  const query = bounds + 16 * padded;
  const queryFine = query + 4 * d;
  const rest = queryFine + 4 * fineDims;
  const queryView = new Float32Array(buffer, query, d);
  const fineView = new Float32Array(buffer, queryFine, fineDims);
  for (let first = from; first < to; first += 4) {
    const count = Math.min(4, to - first);
    small.fill(0);
    for (let i = 0; i < count; i++) {
      let squares = 0;
      for (let a = 0; a < own; a++) {
        const value = levels[0][(first + i) * own + a];
        small[i * width + a] = -2 * value;
        squares += value * value;
      }
      small[i * width + own] = 1;
      small[i * width + own + 1] = squares;
    }
    kernels.pack4(scratch, width * 4, width, packed);
    kernels.gemm4(packed, width, panels, padded / 8, bounds, padded * 4);
    for (let i = 0; i < count; i++) {
      const q = first + i;
      queryView.set(queries.subarray(q * d, (q + 1) * d));
      fineView.set(levels[1].subarray(q * fineDims, (q + 1) * fineDims));
      const margin = 2e-5 * (small[i * width + own + 1] + largest);
      visit(q, { bounds: bounds + i * padded * 4, query, queryFine, margin, rest });
    }
  }
}
