import type { TaskContext } from '../kernels/worker.js';
import { boundQueries } from './query-bounds.js';

interface Index {
  bank: number;
  fine: number;
  panels: number;
  padded: number;
  d: number;
  width: number;
  fineDims: number;
  k: number;
  largest: number;
}

/** Nearest rows of queries [from, to): bounds for four queries at a time, then each query's own search. */
export function run(
  { kernels }: TaskContext,
  { bank, fine, panels, padded, d, width, fineDims, k, largest }: Index,
  queries: Float32Array,
  levels: Float32Array[],
  slack: number,
  rows: Int32Array,
  squared: Float32Array,
  from: number,
  to: number,
  scratch: number,
): void {
  const { buffer } = kernels.memory;
  const bounds = scratch + 32 * width;
  const query = bounds + 16 * padded;
  const queryFine = query + 4 * d;
  const seeds = queryFine + 4 * fineDims;
  const best = seeds + 8 * k;
  const queryView = new Float32Array(buffer, query, d);
  const fineView = new Float32Array(buffer, queryFine, fineDims);
  const bestDistance = new Float32Array(buffer, best, 2 * k);
  const bestRow = new Int32Array(buffer, best, 2 * k);
  const norms = new Float64Array(4);
  for (let first = from; first < to; first += 4) {
    const count = Math.min(4, to - first);
    boundQueries(kernels, { panels, padded, width }, levels[0], first, count, scratch, bounds, norms);
    for (let i = 0; i < count; i++) {
      const q = first + i;
      queryView.set(queries.subarray(q * d, (q + 1) * d));
      fineView.set(levels[1].subarray(q * fineDims, (q + 1) * fineDims));
      const margin = 2e-5 * (norms[i] + largest);
      const at = bounds + i * padded * 4;
      kernels.nearest(at, padded, query, bank, d, queryFine, fine, fineDims, slack, margin, seeds, best, k);
      for (let j = 0; j < k; j++) {
        squared[q * k + j] = bestDistance[2 * j];
        rows[q * k + j] = bestRow[2 * j + 1];
      }
    }
  }
}
