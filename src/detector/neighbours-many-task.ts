import { blockAt } from '../kernels/block.js';
import { SEARCH_MANY_BLOCK } from '../kernels/blocks.js';
import type { TaskContext } from '../kernels/task.js';
import { queryRoom } from './query-room.js';
import { type QueryBlock, visitQueries } from './visit-queries.js';

/** Which rows belong to which of `count` banks, and when each was picked there. */
export interface Membership {
  count: number;
  /** Offset of [padded] bit masks. */
  masks: number;
  /** Offset of [count × padded] orders. */
  orders: number;
}

/** Seeds looked at before the scan: enough that nearly every bank has one of them. */
const SEEDS = 16;
/** Bytes a thread needs behind a query's data, for `count` banks. */
export const manyRoom = (count: number): number => 8 * SEEDS + 16 * count;

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
  const { count, masks, orders } = job.membership;
  const { buffer } = kernels.memory;
  const total = reduced.queries.length / bank.d;
  const room = queryRoom(scratch, bank);
  const block = blockAt(kernels.memory, room.block, SEARCH_MANY_BLOCK);
  const best = room.rest + 8 * SEEDS;
  block.set({ seeds: room.rest, seedCount: SEEDS, best, banks: count, masks, orders });
  visitQueries(kernels, room, block, job, (q) => {
    kernels.nearestMany(block.at);
    const distances = new Float32Array(buffer, best, 4 * count);
    const nearest = new Int32Array(buffer, best, 4 * count);
    for (let b = 0; b < count; b++) {
      squared[b * total + q] = distances[4 * b];
      found[b * total + q] = nearest[4 * b + 1];
    }
  });
}
