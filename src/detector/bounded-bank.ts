import { principalAxes, type Reduced, reduce } from '../coreset/principal-axes.js';
import { BLOCK_ROWS, fillMiddles } from '../coreset/tight-blocks.js';
import { tightOrderInThreads } from '../coreset/tight-order.js';
import { fillWholePanels, type WholeRows, type WholeScale, wholeRows } from '../coreset/whole-rows.js';
import { type Arena, createArena, toShared } from '../kernels/arena.js';
import { NONE } from '../kernels/none.js';
import type { Threads } from '../kernels/threads.js';
import { type BankShape, queryRoom } from './query-room.js';

/** Leading axes of the two lower bounds; with the residual's norm they make 32 and 128 coordinates. */
const LEVELS: readonly number[] = [31, 127];
/** Blocks that the kernel looks over at once. */
const AT_ONCE = 16;

/** Offsets of a bank laid out for bounded search, and its sizes. Rows that are near each other lie in one block of eight places. */
export interface BoundedBank extends BankShape {
  /** Blocks of places. */
  blocks: number;
  /** Which row lies at each place [places]. */
  rank: number;
  /** Rows by place [m × d]. */
  rows: number;
  /** Rows of the finer bound by place [m × fineDims], 16-bit. */
  fine: number;
  /** Panels of the coarse bound's rows by place [places × coarseDims], in pairs of 16-bit dimensions. */
  panels: number;
  /** Their squares [places], whole numbers. */
  norms: number;
  /** Panels of the blocks' middles [padded × coarseDims], their squares [padded], and how far a row lies from it at most [padded]. */
  middles: number;
  middleSquares: number;
  radii: number;
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
  const order = await tightOrderInThreads(threads, levels[0], LEVELS[0] + 1);
  const blocks = Math.ceil(m / BLOCK_ROWS);
  const places = blocks * BLOCK_ROWS;
  const padded = Math.ceil(blocks / AT_ONCE) * AT_ONCE;
  const shape = { d, coarseDims: coarse.padded, fineDims: fine.padded, places, padded };
  const perLane = queryRoom(0, shape).rest + room.lane;
  const arena = createArena(
    4 * m * d +
      2 * (places * coarse.padded + m * fine.padded + padded * coarse.padded) +
      4 * (2 * places + 2 * padded) +
      room.shared +
      threads.count * (perLane + 64),
  );
  const bank = {
    ...shape,
    blocks,
    rows: arena.take(4 * m * d),
    fine: arena.take(2 * m * fine.padded),
    rank: arena.take(4 * places),
    panels: arena.take(2 * places * coarse.padded),
    norms: arena.take(4 * places),
    middles: arena.take(2 * padded * coarse.padded),
    middleSquares: arena.take(4 * padded),
    radii: arena.take(4 * padded),
    coarseScale: scaleOf(coarse),
    fineScale: scaleOf(fine),
  };
  const { buffer } = arena.memory;
  arena.ints(bank.rank, places).fill(NONE).set(order);
  const placedRows = arena.floats(bank.rows, m * d);
  const placedFine = new Int16Array(buffer, bank.fine, m * fine.padded);
  for (const [place, row] of order.entries()) {
    placedRows.set(rows.subarray(row * d, (row + 1) * d), place * d);
    placedFine.set(fine.values.subarray(row * fine.padded, (row + 1) * fine.padded), place * fine.padded);
  }
  const panels = new Int16Array(buffer, bank.panels, places * coarse.padded);
  fillWholePanels(panels, arena.ints(bank.norms, places), coarse, order);
  placeMiddles(arena, bank, coarse, order);
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

/** Fills in the blocks' middles and how far their rows lie from them. */
function placeMiddles(arena: Arena, bank: BoundedBank, coarse: WholeRows, order: Int32Array): void {
  const { blocks, places, padded } = bank;
  const values = new Int16Array(blocks * coarse.padded);
  const offsets = new Float32Array(places);
  fillMiddles({ middles: values, squares: new Int32Array(blocks), offsets }, coarse, order);
  const panels = new Int16Array(arena.memory.buffer, bank.middles, padded * coarse.padded);
  fillWholePanels(panels, arena.ints(bank.middleSquares, padded), { ...coarse, values });
  // Beyond the last block nothing compares as within reach.
  const radii = arena.floats(bank.radii, padded).fill(Number.NaN);
  for (let block = 0; block < blocks; block++) {
    radii[block] = Math.max(...offsets.subarray(block * BLOCK_ROWS, (block + 1) * BLOCK_ROWS)) * 1.000001;
  }
}

/** A scale without its rows, small enough to be sent to a thread. */
function scaleOf({ own, padded, centre, scale, error }: WholeRows): WholeScale {
  return { own, padded, centre, scale, error };
}
