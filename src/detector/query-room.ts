import { blockBytes } from '../kernels/block.js';
import { SEARCH_GROUPS_BLOCK } from '../kernels/blocks.js';

/** Sizes that a query's room depends on. */
export interface BankShape {
  d: number;
  /** Values of a row's finer bound. */
  fineDims: number;
  /** Values of a row's coarse bound [x, |x|², 1]. */
  width: number;
  /** Rows, padded to a multiple of 8. */
  padded: number;
}

/** Offsets of a thread's room for four queries at a time. */
export interface QueryRoom {
  /** The kernel's parameter block, of any search; the largest is that for groups. */
  block: number;
  /** Four reduced queries [4 × width], and packed. */
  reduced: number;
  packed: number;
  /** Lower bounds [4 × padded]. */
  bounds: number;
  /** The query at hand [d], and its finer form [fineDims]. */
  query: number;
  queryFine: number;
  /** First byte behind. */
  rest: number;
}

/** Lays the room out from an offset on, each part at a line of the cache; its `rest` from 0 is the room's size. */
export function queryRoom(at: number, { d, fineDims, width, padded }: BankShape): QueryRoom {
  let next = at;
  const take = (bytes: number): number => {
    const part = next;
    next += Math.ceil(bytes / 64) * 64;
    return part;
  };
  return {
    block: take(blockBytes(SEARCH_GROUPS_BLOCK)),
    reduced: take(16 * width),
    packed: take(16 * width),
    bounds: take(16 * padded),
    query: take(4 * d),
    queryFine: take(4 * fineDims),
    rest: next,
  };
}
