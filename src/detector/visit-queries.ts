import { wholeQuery } from '../coreset/whole-rows.js';
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
 * Measures queries [from, to) from the bank's blocks four at a time, by one product of whole numbers, and visits each.
 * @param block the kernel's parameters: all but `seeds`, `seedCount`, `k` and `best` are set before a visit.
 */
export function visitQueries(
  kernels: Kernels,
  room: QueryRoom,
  block: Block<SearchBlock>,
  { bank, reduced: { queries, levels, slack }, from, to }: QueryBlock,
  visit: (q: number) => void,
): void {
  const { buffer } = kernels.memory;
  const { padded, blocks, d, coarseDims, fineDims, coarseScale, fineScale } = bank;
  const packed = new Int16Array(buffer, room.packed, 4 * coarseDims);
  const squares = new Int32Array(buffer, room.squares, 4);
  const query = new Float32Array(buffer, room.query, d);
  const queryFine = new Int16Array(buffer, room.queryFine, fineDims);
  const whole = new Int16Array(coarseDims);
  const errors = new Float64Array(4);
  block.set({
    blocks,
    rank: bank.rank,
    bank: bank.rows,
    panels: bank.panels,
    pairs: coarseDims / 2,
    norms: bank.norms,
    radii: bank.radii,
    d,
    fine: bank.fine,
    fineDims,
    query: room.query,
    queryFine: room.queryFine,
    scale: coarseScale.scale,
    fineScale: fineScale.scale,
    eight: room.eight,
    waiting: room.waiting,
    within: Number.POSITIVE_INFINITY,
    hint: -1,
  });
  for (let first = from; first < to; first += 4) {
    const count = Math.min(4, to - first);
    for (let i = 0; i < count; i++) {
      errors[i] = wholeQuery(levels[0], first + i, coarseScale, whole);
      squares[i] = 0;
      for (let a = 0; a < coarseDims; a++) {
        packed[(a >> 1) * 8 + 2 * i + (a & 1)] = -2 * whole[a];
        squares[i] += whole[a] * whole[a];
      }
    }
    kernels.boundFour(
      room.packed,
      coarseDims / 2,
      bank.middles,
      padded / 8,
      bank.middleSquares,
      room.squares,
      room.bounds,
      padded * 4,
    );
    for (let i = 0; i < count; i++) {
      const q = first + i;
      query.set(queries.subarray(q * d, (q + 1) * d));
      const fineError = wholeQuery(levels[1], q, fineScale, queryFine);
      block.set({
        queryPairs: room.packed + 4 * i,
        querySquare: squares[i],
        bounds: room.bounds + i * padded * 4,
        slack: slack + coarseScale.error + errors[i],
        fineSlack: slack + fineScale.error + fineError,
      });
      visit(q);
    }
  }
}
