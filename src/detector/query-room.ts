import { BLOCK_ROWS } from '../coreset/tight-blocks.js';
import { blockBytes } from '../kernels/block.js';
import { SEARCH_MANY_BLOCK } from '../kernels/blocks.js';

/** Sizes that a query's room depends on. */
export interface BankShape {
  d: number;
  /** Values of a row's coarse and finer bounds, padded. */
  coarseDims: number;
  fineDims: number;
  /** Places of rows, in blocks of eight. */
  places: number;
  /** Blocks, padded to a multiple of 16. */
  padded: number;
}

/** Offsets of a thread's room for four queries at a time. */
export interface QueryRoom {
  /** The kernel's parameter block, of any search; the largest is that for many banks. */
  block: number;
  /** Four queries, packed in pairs of 16-bit dimensions [coarseDims/2 × 4 × 2], and their squares [4]. */
  packed: number;
  squares: number;
  /** Squared distances to the blocks' middles [4 × padded]. */
  bounds: number;
  /** Lower bounds of a block's rows [8]. */
  eight: number;
  /** (bound, place) pairs that wait for their turn [places]. */
  waiting: number;
  /** The query at hand [d], and its finer form [fineDims], 16-bit. */
  query: number;
  queryFine: number;
  /** First byte behind. */
  rest: number;
}

/** Lays the room out from an offset on, each part at a line of the cache; its `rest` from 0 is the room's size. */
export function queryRoom(at: number, { d, coarseDims, fineDims, places, padded }: BankShape): QueryRoom {
  let next = at;
  const take = (bytes: number): number => {
    const part = next;
    next += Math.ceil(bytes / 64) * 64;
    return part;
  };
  return {
    block: take(blockBytes(SEARCH_MANY_BLOCK)),
    packed: take(8 * coarseDims),
    squares: take(16),
    bounds: take(16 * padded),
    eight: take(32),
    waiting: take(PAIR * places),
    query: take(4 * d),
    queryFine: take(2 * fineDims),
    rest: next,
  };
}

/** Bytes of a pair. */
const PAIR = 8;

/** Bytes of a search's seeds: the (bound, place) pairs of the blocks that give so many and one block more, and the blocks themselves. */
export const seedRoom = (count: number): number => PAIR * (BLOCK_ROWS + 1) * (Math.ceil(count / BLOCK_ROWS) + 1);
