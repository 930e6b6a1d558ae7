import type { Block } from '../kernels/block.js';
import type { SearchBlock } from '../kernels/blocks.js';
import type { Kernels } from '../kernels/wasm.js';
import type { BoundedBank } from './bounded-bank.js';
import type { QueryRoom } from './query-room.js';

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
 * @param block the kernel's parameters: all but `seeds`, `seedCount` and `best` are set before a visit.
 */
export function visitQueries(
  kernels: Kernels,
  room: QueryRoom,
  block: Block<SearchBlock>,
  { bank, reduced: { queries, levels, slack }, from, to }: QueryBlock,
  visit: (q: number) => void,
): void {
  const { buffer } = kernels.memory;
  const { padded, d, width, fineDims, panels, largest } = bank;
  const { reduced, packed, bounds, query, queryFine } = room;
  const own = width - 2;
  const small = new Float32Array(buffer, reduced, 4 * width);
  const queryView = new Float32Array(buffer, query, d);
  const fineView = new Float32Array(buffer, queryFine, fineDims);
  block.set({ rows: padded, bank: bank.rows, d, fine: bank.fine, fineDims, query, queryFine, slack });
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
    kernels.pack4(reduced, width * 4, width, packed);
    kernels.gemm4(packed, width, panels, padded / 8, bounds, padded * 4);
    for (let i = 0; i < count; i++) {
      const q = first + i;
      queryView.set(queries.subarray(q * d, (q + 1) * d));
      fineView.set(levels[1].subarray(q * fineDims, (q + 1) * fineDims));
      const margin = 2e-5 * (small[i * width + own + 1] + largest);
      block.set({ bounds: bounds + i * padded * 4, margin });
      visit(q);
    }
  }
}
