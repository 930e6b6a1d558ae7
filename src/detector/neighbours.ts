import { checkFinite, checkLength, checkWhole, countRows } from '../arguments.js';
import { isFar, type Rows, rowsHere } from '../engine/rows.js';
import type { Stage } from '../engine/stage.js';
import { sharedFloats, toShared } from '../kernels/arena.js';
import { task } from '../kernels/task.js';
import { ranges, type Threads } from '../kernels/threads.js';
import type { Watch } from '../progress.js';
import { placeBank } from './bounded-bank.js';
import { neighbourRoom } from './neighbours-task.js';

/** Queries a task takes at once. */
const BLOCK = 196;

/** The k nearest bank rows of each query. */
export interface Neighbours {
  /** [queries × k] rows of the bank, nearest first, ties to the lower row. */
  rows: Int32Array;
  /** [queries × k] squared Euclidean distances, by direct differences in float32. */
  squared: Float32Array;
}

/** How a search goes. */
export interface SearchOptions extends Watch {
  /**
   * [q] squared distance beyond which a query's neighbours are of no use: such may be left out, row −1 standing for them, which
   * saves work. An index may find them all the same.
   */
  within?: Float32Array;
}

/** An exact nearest-neighbour index over a memory bank. */
export interface NeighbourIndex {
  /** @param queries [q × d]. */
  search(queries: Rows, options?: SearchOptions): Promise<Neighbours>;
}

/** A bank [m × d] to index for searches of the k nearest. Far rows are the index's from then on, which frees them. */
export interface IndexJob {
  bank: Rows;
  d: number;
  k: number;
}

/** {@link indexNeighbours} as a stage. */
export const INDEX_NEIGHBOURS: Stage<IndexJob, NeighbourIndex> = {
  name: 'search',
  onThreads: async (threads, { bank, d, k }) => {
    const rows = await rowsHere(bank);
    if (isFar(bank)) bank.free();
    return indexNeighbours(threads, rows, d, k);
  },
};

const NEIGHBOURS = task<typeof import('./neighbours-task.js')>(new URL('./neighbours-task.js', import.meta.url));

/**
 * Exact k nearest neighbours (the brute-force flat L2 search of docs/methods.md 3.3, pruned). Distances are bounded from below
 * in the bank's 31 leading principal axes plus the residual norm, then in 127; only rows that pass both get a full
 * distance. The result equals brute force: only exact ties in float32 may differ from a search with another rounding.
 * @param bank rows [m × d], d a multiple of 16. @param k neighbours, at most m are returned per query.
 */
export async function indexNeighbours(
  threads: Threads,
  bank: Float32Array,
  d: number,
  k: number,
): Promise<NeighbourIndex> {
  const m = countRows('bank', bank, d, 1);
  if (d % 16 !== 0) throw new RangeError(`d = ${d} is not a multiple of 16`);
  checkWhole('k', k, 1);
  checkFinite('bank', bank, d);
  const kept = Math.min(k, m);
  const placed = await placeBank(threads, bank, d, { shared: 0, lane: neighbourRoom(kept) });
  return {
    async search(given, { within, ...watch } = {}) {
      const queries = await rowsHere(given);
      const q = countRows('queries', queries, d);
      checkFinite('queries', queries, d);
      if (within) checkLength('within', within, q);
      const reduced = await placed.reduceQueries(queries);
      const squared = sharedFloats(q * kept);
      const rows = new Int32Array(new SharedArrayBuffer(q * kept * 4));
      const { arena, bank: placedBank, scratch } = placed;
      const limits = within ? toShared(within) : null;
      const job = { bank: placedBank, reduced, k: kept, within: limits, rows, squared };
      const jobs = ranges(q, BLOCK).map((range) => ({ ...job, ...range }));
      await threads.each(NEIGHBOURS, jobs, { ...watch, arena, scratch });
      return { rows, squared };
    },
  };
}
