import { principalAxes, type Reduced, reduce } from '../coreset/principal-axes.js';
import { createArena, sharedFloats, toShared } from '../kernels/arena.js';
import { ranges, type Threads, type Watch } from '../kernels/threads.js';
import { instantiateKernels } from '../kernels/wasm.js';

/** Leading axes of the two lower bounds; with the residual's norm they make 32 and 128 coordinates. */
export const LEVELS: readonly number[] = [31, 127];
/** Queries a task takes at once. */
const BLOCK = 196;

/** The k nearest bank rows of each query. */
export interface Neighbours {
  /** [queries × k] rows of the bank, nearest first, ties to the lower row. */
  rows: Int32Array;
  /** [queries × k] squared Euclidean distances, by direct differences in float32. */
  squared: Float32Array;
}

/** An exact nearest-neighbour index over a memory bank. */
export interface NeighbourIndex {
  /** @param queries [q × d]. */
  search(queries: Float32Array, watch?: Watch): Promise<Neighbours>;
}

const TASK = new URL('./neighbours-task.js', import.meta.url);

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
  const m = bank.length / d;
  if (d % 16 !== 0 || !Number.isInteger(m) || m < 1)
    throw new RangeError(`a bank of ${bank.length} values for d = ${d}`);
  const kept = Math.min(k, m);
  const frame = await principalAxes(threads, bank, d, LEVELS[LEVELS.length - 1]);
  const reduced = await reduce(threads, bank, frame, LEVELS);
  const own = LEVELS[0] + 1;
  const width = own + 2;
  const padded = Math.ceil(m / 8) * 8;
  const fine = LEVELS[1] + 1;
  const perLane = 4 * (4 * width * 2 + 4 * padded + d + fine + 4 * kept + 64);
  const arena = createArena(4 * (m * d + padded * width * 2 + m * fine) + threads.count * (perLane + 64));
  const bankAt = arena.take(4 * m * d);
  arena.floats(bankAt, m * d).set(bank);
  const fineAt = arena.take(4 * m * fine);
  arena.floats(fineAt, m * fine).set(reduced.levels[1]);
  const panels = arena.take(4 * padded * width);
  const rowsAt = arena.take(4 * padded * width);
  const largest = augment(arena.floats(rowsAt, padded * width), reduced.levels[0], m, own);
  const kernels = instantiateKernels(arena.memory);
  for (let p = 0; p < padded; p += 8) kernels.pack8(rowsAt + p * width * 4, width * 4, width, panels + p * width * 4);
  const scratch = Array.from({ length: threads.count }, () => arena.take(perLane));
  const index = { bank: bankAt, fine: fineAt, panels, padded, d, width, fineDims: fine, k: kept, largest };

  return {
    async search(queries, watch = {}) {
      const q = queries.length / d;
      if (!Number.isInteger(q)) throw new RangeError(`${queries.length} query values for d = ${d}`);
      const source = toShared(queries);
      const small: Reduced = await reduce(threads, source, frame, LEVELS);
      const squared = sharedFloats(q * kept);
      const rows = new Int32Array(new SharedArrayBuffer(q * kept * 4));
      const slack = reduced.slack + small.slack;
      const jobs = ranges(q, BLOCK).map(([from, to]) => [index, source, small.levels, slack, rows, squared, from, to]);
      await threads.each(TASK, arena, jobs, watch, scratch);
      return { rows, squared };
    },
  };
}

/** Rows [m × own] as [x, |x|², 1], padding at infinite distance; returns the largest |x|². */
export function augment(out: Float32Array, rows: Float32Array, m: number, own: number): number {
  const width = own + 2;
  let largest = 0;
  for (let i = 0; i * width < out.length; i++) {
    let squares = 0;
    for (let a = 0; i < m && a < own; a++) {
      const value = rows[i * own + a];
      out[i * width + a] = value;
      squares += value * value;
    }
    out[i * width + own] = i < m ? squares : Number.POSITIVE_INFINITY;
    out[i * width + own + 1] = 1;
    largest = Math.max(largest, squares);
  }
  return largest;
}
