import type { TaskContext } from '../kernels/task.js';
import type { BoundedBank } from './bounded-bank.js';
import { type ReducedQueries, visitQueries } from './visit-queries.js';

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
export interface NeighboursManyJob {
  bank: BoundedBank;
  membership: Membership;
  reduced: ReducedQueries;
  /** [banks × queries] */
  found: Int32Array;
  /** [banks × queries] */
  squared: Float32Array;
  from: number;
  to: number;
}

/** Needs a query's room and {@link manyRoom}. */
export function run({ kernels, scratch }: TaskContext, job: NeighboursManyJob): void {
  const { buffer } = kernels.memory;
  const { bank, reduced, found, squared } = job;
  const { count, masks, orders } = job.membership;
  const { padded, d, fine, fineDims } = bank;
  const total = reduced.queries.length / d;
  visitQueries(kernels, scratch, job, (q, { bounds, query, queryFine, margin, rest }) => {
    const best = rest + 8 * SEEDS;
    const rows = [bounds, padded, masks, orders, count] as const;
    const vectors = [query, bank.rows, d, queryFine, fine, fineDims] as const;
    kernels.nearestMany(...rows, ...vectors, reduced.slack, margin, rest, SEEDS, best);
    const distances = new Float32Array(buffer, best, 4 * count);
    const nearest = new Int32Array(buffer, best, 4 * count);
    for (let b = 0; b < count; b++) {
      squared[b * total + q] = distances[4 * b];
      found[b * total + q] = nearest[4 * b + 1];
    }
  });
}
