import type { TaskContext } from '../kernels/task.js';
import type { BoundedBank } from './bounded-bank.js';
import { type ReducedQueries, visitQueries } from './visit-queries.js';

/** Nearest k rows of queries [from, to). */
export interface NeighboursJob {
  bank: BoundedBank;
  reduced: ReducedQueries;
  k: number;
  /** [queries × k] */
  rows: Int32Array;
  /** [queries × k] */
  squared: Float32Array;
  from: number;
  to: number;
}

/** Needs a query's room and 16 bytes a neighbour. */
export function run({ kernels, scratch }: TaskContext, job: NeighboursJob): void {
  const { buffer } = kernels.memory;
  const { bank, reduced, k, rows, squared } = job;
  const { padded, d, fine, fineDims } = bank;
  visitQueries(kernels, scratch, job, (q, { bounds, query, queryFine, margin, rest }) => {
    const best = rest + 8 * k;
    kernels.nearest(
      bounds,
      padded,
      query,
      bank.rows,
      d,
      queryFine,
      fine,
      fineDims,
      reduced.slack,
      margin,
      rest,
      best,
      k,
    );
    const distances = new Float32Array(buffer, best, 2 * k);
    const found = new Int32Array(buffer, best, 2 * k);
    for (let j = 0; j < k; j++) {
      squared[q * k + j] = distances[2 * j];
      rows[q * k + j] = found[2 * j + 1];
    }
  });
}
