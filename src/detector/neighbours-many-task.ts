import type { TaskContext } from '../kernels/worker.js';
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
export function run(
  { kernels }: TaskContext,
  bank: BoundedBank,
  { count, masks, orders }: Membership,
  reduced: ReducedQueries,
  found: Int32Array,
  squared: Float32Array,
  from: number,
  to: number,
  scratch: number,
): void {
  const { buffer } = kernels.memory;
  const { padded, d, fine, fineDims } = bank;
  const total = reduced.queries.length / d;
  visitQueries(kernels, bank, reduced, from, to, scratch, (q, { bounds, query, queryFine, margin, rest }) => {
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
