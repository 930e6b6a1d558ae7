import type { TaskContext } from '../kernels/worker.js';
import { boundQueries, type ReducedBank } from './query-bounds.js';

interface Index extends ReducedBank {
  rows: number;
  fine: number;
  masks: number;
  orders: number;
  d: number;
  fineDims: number;
  largest: number;
}

/** Seeds looked at before the scan: enough that nearly every bank has one of them. */
const SEEDS = 16;

/** Nearest union rows of queries [from, to) in every bank. */
export function run(
  { kernels }: TaskContext,
  index: Index,
  { banks, slack }: { banks: number; slack: number },
  queries: Float32Array,
  levels: Float32Array[],
  found: Int32Array,
  squared: Float32Array,
  from: number,
  to: number,
  scratch: number,
): void {
  const { buffer } = kernels.memory;
  const { padded, d, width, fineDims } = index;
  const total = queries.length / d;
  const bounds = scratch + 32 * width;
  const query = bounds + 16 * padded;
  const queryFine = query + 4 * d;
  const seeds = queryFine + 4 * fineDims;
  const best = seeds + 8 * SEEDS;
  const queryView = new Float32Array(buffer, query, d);
  const fineView = new Float32Array(buffer, queryFine, fineDims);
  const bestDistance = new Float32Array(buffer, best, 4 * banks);
  const bestRow = new Int32Array(buffer, best, 4 * banks);
  const norms = new Float64Array(4);
  for (let first = from; first < to; first += 4) {
    const count = Math.min(4, to - first);
    boundQueries(kernels, index, levels[0], first, count, scratch, bounds, norms);
    for (let i = 0; i < count; i++) {
      const q = first + i;
      queryView.set(queries.subarray(q * d, (q + 1) * d));
      fineView.set(levels[1].subarray(q * fineDims, (q + 1) * fineDims));
      const margin = 2e-5 * (norms[i] + index.largest);
      const own = bounds + i * padded * 4;
      kernels.nearestMany(
        own,
        padded,
        index.masks,
        index.orders,
        banks,
        query,
        index.rows,
        d,
        queryFine,
        index.fine,
        fineDims,
        slack,
        margin,
        seeds,
        SEEDS,
        best,
      );
      for (let b = 0; b < banks; b++) {
        squared[b * total + q] = bestDistance[4 * b];
        found[b * total + q] = bestRow[4 * b + 1];
      }
    }
  }
}
