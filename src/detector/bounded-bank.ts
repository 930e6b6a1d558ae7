import { principalAxes, type Reduced, reduce } from '../coreset/principal-axes.js';
import { type Arena, createArena, toShared } from '../kernels/arena.js';
import { paddedRows } from '../kernels/row-product.js';
import type { Threads } from '../kernels/threads.js';
import { instantiateKernels } from '../kernels/wasm.js';
import { type BankShape, queryRoom } from './query-room.js';

/** Leading axes of the two lower bounds; with the residual's norm they make 32 and 128 coordinates. */
const LEVELS: readonly number[] = [31, 127];

/** Offsets of a bank laid out for bounded search, and its sizes. */
export interface BoundedBank extends BankShape {
  /** Rows [m × d]. */
  rows: number;
  /** Rows of the finer bound [m × fineDims]. */
  fine: number;
  /** Panels of the coarse bound's rows [padded × width], padding at infinite distance. */
  panels: number;
  /** Largest |x|² of the coarse rows, for the rounding margin. */
  largest: number;
}

/** A bank in an arena with room for each thread. */
export interface PlacedBank {
  arena: Arena;
  bank: BoundedBank;
  /** One offset a thread. */
  scratch: number[];
  /** Queries in the bank's axes; `slack` is that of bank and queries together. */
  reduceQueries(queries: Float32Array): Promise<Reduced & { queries: Float32Array }>;
}

/**
 * Lays a bank [m × d] out in shared memory with its lower bounds in principal axes.
 * @param room further bytes wanted: shared ones, and a thread's own behind what a query needs.
 */
export async function placeBank(
  threads: Threads,
  rows: Float32Array,
  d: number,
  room: { shared: number; lane: number },
): Promise<PlacedBank> {
  const m = rows.length / d;
  const frame = await principalAxes(threads, rows, d, LEVELS[1]);
  const { levels, slack } = await reduce(threads, rows, frame, LEVELS);
  const own = LEVELS[0] + 1;
  const width = own + 2;
  const fineDims = LEVELS[1] + 1;
  const padded = paddedRows(m);
  const perLane = queryRoom(0, { d, fineDims, width, padded }).rest + room.lane;
  const arena = createArena(
    4 * (m * d + padded * width * 2 + m * fineDims) + room.shared + threads.count * (perLane + 64),
  );
  const place = (values: Float32Array): number => {
    const at = arena.take(values.length * 4);
    arena.floats(at, values.length).set(values);
    return at;
  };
  const bank = {
    rows: place(rows),
    d,
    fine: place(levels[1]),
    fineDims,
    panels: arena.take(4 * padded * width),
    width,
    padded,
  };
  const wide = arena.take(4 * padded * width);
  const largest = augment(arena.floats(wide, padded * width), levels[0], m, own);
  const kernels = instantiateKernels(arena.memory);
  for (let p = 0; p < padded; p += 8)
    kernels.pack8(wide + p * width * 4, width * 4, width, bank.panels + p * width * 4);
  return {
    arena,
    bank: { ...bank, largest },
    scratch: Array.from({ length: threads.count }, () => arena.take(perLane)),
    async reduceQueries(queries) {
      const shared = toShared(queries);
      const reduced = await reduce(threads, shared, frame, LEVELS);
      return { queries: shared, levels: reduced.levels, slack: slack + reduced.slack };
    },
  };
}

/** Rows [m × own] as [x, |x|², 1], padding at infinite distance; returns the largest |x|². */
function augment(out: Float32Array, rows: Float32Array, m: number, own: number): number {
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
