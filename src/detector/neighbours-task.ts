import type { TaskContext } from '../kernels/worker.js';
import type { BoundedBank } from './bounded-bank.js';
import { type ReducedQueries, visitQueries } from './visit-queries.js';

/** Nearest k rows of queries [from, to). */
export function run(
  { kernels }: TaskContext,
  bank: BoundedBank,
  reduced: ReducedQueries,
  k: number,
  rows: Int32Array,
  squared: Float32Array,
  from: number,
  to: number,
  scratch: number,
): void {
  const { buffer } = kernels.memory;
  const { padded, d, fine, fineDims } = bank;
  visitQueries(kernels, bank, reduced, from, to, scratch, (q, { bounds, query, queryFine, margin, rest }) => {
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
