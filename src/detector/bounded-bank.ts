import { principalAxes, type Reduced, reduce } from '../coreset/principal-axes.js';
import { fillWholePanels, type WholeRows, type WholeScale, wholeRows } from '../coreset/whole-rows.js';
import { type Arena, createArena, toShared } from '../kernels/arena.js';
import type { Threads } from '../kernels/threads.js';
import { type BankShape, queryRoom } from './query-room.js';

/** Leading axes of the two lower bounds; with the residual's norm they make 32 and 128 coordinates. */
const LEVELS: readonly number[] = [31, 127];
/** Rows that the kernel looks over at once. */
const ROWS = 16;

/** Offsets of a bank laid out for bounded search, and its sizes. */
export interface BoundedBank extends BankShape {
  /** Rows [m × d]. */
  rows: number;
  /** Rows of the finer bound [m × fineDims], 16-bit. */
  fine: number;
  /** Panels of the coarse bound's rows [padded × coarseDims], in pairs of 16-bit dimensions. */
  panels: number;
  /** Their squares [padded], whole numbers. */
  norms: number;
  coarseScale: WholeScale;
  fineScale: WholeScale;
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

/** Rows [m] with the padding that a search wants. */
export const searchedRows = (m: number): number => Math.ceil(m / ROWS) * ROWS;

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
  const [coarse, fine] = levels.map((level, i) => wholeRows(level, LEVELS[i] + 1));
  const padded = searchedRows(m);
  const shape = { d, coarseDims: coarse.padded, fineDims: fine.padded, padded };
  const perLane = queryRoom(0, shape).rest + room.lane;
  const arena = createArena(
    4 * m * d +
      2 * (padded * coarse.padded + m * fine.padded) +
      4 * padded +
      room.shared +
      threads.count * (perLane + 64),
  );
  const placedRows = arena.take(4 * m * d);
  arena.floats(placedRows, m * d).set(rows);
  const placedFine = arena.take(2 * m * fine.padded);
  new Int16Array(arena.memory.buffer, placedFine, m * fine.padded).set(fine.values);
  const bank = {
    ...shape,
    rows: placedRows,
    fine: placedFine,
    panels: arena.take(2 * padded * coarse.padded),
    norms: arena.take(4 * padded),
    coarseScale: scaleOf(coarse),
    fineScale: scaleOf(fine),
  };
  const panels = new Int16Array(arena.memory.buffer, bank.panels, padded * coarse.padded);
  fillWholePanels(panels, arena.ints(bank.norms, padded), coarse);
  return {
    arena,
    bank,
    scratch: Array.from({ length: threads.count }, () => arena.take(perLane)),
    async reduceQueries(queries) {
      const shared = toShared(queries);
      const reduced = await reduce(threads, shared, frame, LEVELS);
      return { queries: shared, levels: reduced.levels, slack: slack + reduced.slack };
    },
  };
}

/** A scale without its rows, small enough to be sent to a thread. */
function scaleOf({ own, padded, centre, scale, error }: WholeRows): WholeScale {
  return { own, padded, centre, scale, error };
}
