import { blockAt } from '../kernels/block.js';
import { SEARCH_MANY_BLOCK } from '../kernels/blocks.js';
import type { TaskContext } from '../kernels/task.js';
import { queryRoom, seedRoom } from './query-room.js';
import { type QueryBlock, visitQueries } from './visit-queries.js';

/** Which rows belong to which of `count` banks, and when each was picked there. */
export interface Membership {
  count: number;
  rows: number;
  /** Offset of [rows] bit masks. */
  masks: number;
  /** Offset of [count × rows] orders. */
  orders: number;
}

/** Seeds looked at before the scan: enough that nearly every bank has one of them. */
const SEEDS = 16;
/** Words of a bank's best in the kernel. */
const WORDS = 5;
/** Bytes a thread needs behind a query's data, for `count` banks. */
export const manyRoom = (count: number): number => seedRoom(SEEDS) + 4 * WORDS * count;

/** Nearest union rows of queries [from, to) in every bank. */
export interface NeighboursManyJob extends QueryBlock {
  membership: Membership;
  /** [banks × queries] */
  found: Int32Array;
  /** [banks × queries] */
  squared: Float32Array;
}

/** Needs a {@link queryRoom} and {@link manyRoom} behind it. */
export function run({ kernels, scratch }: TaskContext, job: NeighboursManyJob): void {
  const { bank, reduced, found, squared } = job;
  const { count, rows, masks, orders } = job.membership;
  const { buffer } = kernels.memory;
  const total = reduced.queries.length / bank.d;
  const room = queryRoom(scratch, bank);
  const block = blockAt(kernels.memory, room.block, SEARCH_MANY_BLOCK);
  const best = room.rest + seedRoom(SEEDS);
  block.set({ seeds: room.rest, seedCount: SEEDS, best, banks: count, masks, orders, rows });
  visitQueries(kernels, room, block, job, (q) => {
    kernels.nearestMany(block.at);
    const distances = new Float32Array(buffer, best, WORDS * count);
    const nearest = new Int32Array(buffer, best, WORDS * count);
    for (let b = 0; b < count; b++) {
      squared[b * total + q] = distances[WORDS * b];
      found[b * total + q] = nearest[WORDS * b + 1];
    }
  });
}
