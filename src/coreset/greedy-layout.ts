import { type Arena, createArena, LARGEST_ARENA } from '../kernels/arena.js';
import { type Block, blockAt, blockBytes } from '../kernels/block.js';
import { GREEDY_BLOCK, type GreedyBlock } from '../kernels/blocks.js';
import { NONE } from '../kernels/none.js';
import { fillMiddles } from './tight-blocks.js';
import { fillWholePanels, paddedWhole, type WholeRows } from './whole-rows.js';

/** Leading axes of the bound; with the residual's norm they make 24 coordinates. */
export const AXES = 23;
/** Job slots of a helper: while it works on one, the next waits in another. */
export const SLOTS = 2;

/** One run's parameters and buffers. */
export interface RunState {
  block: Block<GreedyBlock>;
  /** Offset of the word that stops the leader when not 0. */
  stop: number;
}

export interface Layout {
  arena: Arena;
  blocks: number;
  helpers: number;
  /** The row at each place [8 · blocks], beyond every row where none lies. */
  ranks: Int32Array;
  states: RunState[];
}

/** A run in its layout. */
export type State = Layout & RunState;

interface Sizes {
  blocks: number;
  /** Values of a row in whole numbers. */
  dims: number;
  leaves: number;
  groups: number;
  /** Bytes that all runs share, and that each takes. */
  shared: number;
  each: number;
}

function sizesOf(n: number, d: number, most: number, helpers: number): Sizes {
  const blocks = Math.ceil(n / 8);
  const dims = paddedWhole(AXES + 1);
  const leaves = 2 ** Math.ceil(Math.log2(Math.max(2, blocks)));
  const groups = Math.ceil(most / 8) + 1;
  const shared = blocks * 8 * (4 * d + 2 * dims + 12) + blocks * (2 * dims + 4);
  const each =
    4 * (blocks * 8 * 2 + groups * (8 * d + 4 * dims + 8) + blocks * 4 + leaves * 2 + most) +
    (helpers * SLOTS + 2) * 128 +
    4096;
  return { blocks, dims, leaves, groups, shared, each };
}

/** Bytes of the arena of one selection of at most `most` of n rows [d], helpers included. */
export function selectionBytes(n: number, d: number, most: number, helpers: number): number {
  const { shared, each } = sizesOf(n, d, most, helpers);
  return shared + each;
}

/** The arena of one selection before it is laid out: its rows are written where they will be selected from, so there is no second copy. */
export interface SelectionRoom {
  arena: Arena;
  panels: number;
  most: number;
  helpers: number;
  /** [n × d], for the rows; laying out leaves something else there. */
  z: Float32Array;
}

/** Room for a selection of at most `most` of n rows [d]; null where it is more than one arena. */
export function selectionRoom(n: number, d: number, most: number, helpers: number): SelectionRoom | null {
  const bytes = selectionBytes(n, d, most, helpers);
  if (bytes > LARGEST_ARENA) return null;
  const arena = createArena(bytes);
  const panels = arena.take(Math.ceil(n / 8) * 8 * d * 4);
  return { arena, panels, most, helpers, z: arena.floats(panels, n * d) };
}

/**
 * Lays rows z [n × d] and their reduced form [n × (AXES + 1)] in whole numbers out for the kernel, with buffers for `runs` simultaneous
 * selections of at most `most` rows, each with `helpers` helping threads.
 * @param order which row lies at each place [n]: best near ones beside each other; by rows where null.
 * @param room where z lies already, of the same sizes: it stays in the order of rows.
 */
export function layOut(
  z: Float32Array,
  whole: WholeRows,
  n: number,
  d: number,
  most: number,
  slack: number,
  runs: number,
  helpers: number,
  order: Int32Array | null,
  room?: SelectionRoom,
): Layout {
  if (room && order) throw new RangeError('rows that lie in their room stay in their order');
  const { blocks, dims, leaves, groups, shared, each } = sizesOf(n, d, most, helpers);
  const slots = helpers * SLOTS;
  const arena = room?.arena ?? createArena(shared + runs * each);
  const panels = room?.panels ?? arena.take(blocks * 8 * d * 4);
  const wholePanels = arena.take(blocks * 8 * dims * 2);
  const squares = arena.take(blocks * 8 * 4);
  const rank = arena.take(blocks * 8 * 4);
  const middles = arena.take(blocks * dims * 2);
  const middleSquares = arena.take(blocks * 4);
  const offsets = arena.take(blocks * 8 * 4);
  const halves = (at: number, length: number): Int16Array => new Int16Array(arena.memory.buffer, at, length);
  if (order) gatherPanels(arena.floats(panels, blocks * 8 * d), z, d, order);
  else fillPanels(arena.floats(panels, blocks * 8 * d), z, d);
  fillWholePanels(halves(wholePanels, blocks * 8 * dims), arena.ints(squares, blocks * 8), whole, order);
  const laid = {
    middles: halves(middles, blocks * dims),
    squares: arena.ints(middleSquares, blocks),
    offsets: arena.floats(offsets, blocks * 8),
  };
  fillMiddles(laid, whole, order);
  const ranks = arena.ints(rank, blocks * 8);
  for (let i = 0; i < n; i++) ranks[i] = order ? order[i] : i;
  ranks.fill(NONE, n);
  const states = Array.from({ length: runs }, () => {
    const block = blockAt(arena.memory, arena.take(blockBytes(GREEDY_BLOCK)), GREEDY_BLOCK);
    block.set({
      blocks,
      d,
      pairs: dims / 2,
      panels,
      wholePanels,
      squares,
      rank,
      middles,
      middleSquares,
      offsets,
      centres: arena.take(groups * 8 * d * 4),
      wholeCentres: arena.take(groups * 16 * (dims + 2)),
      distance: arena.take(blocks * 32),
      limit: arena.take(blocks * 32),
      reach: arena.take(blocks * 4),
      bound: arena.take(blocks * 4),
      leading: arena.take(blocks * 4),
      applied: arena.take(blocks * 4),
      tree: arena.take(leaves * 8),
      leaves,
      picks: arena.take(most * 4),
      scale: whole.scale,
      // One for each row of a pair.
      slack: 2 * (slack + whole.error),
      slots,
      jobs: arena.take(slots * 76),
    });
    return { block, stop: arena.take(4) };
  });
  return { arena, blocks, helpers, ranks, states };
}

/** What lies at a place of a layout. */
export function laidRow({ arena, block }: State, place: number, d: number): Float32Array {
  const panel = arena.floats(block.get('panels') + (place >> 3) * 32 * d, 8 * d);
  return Float32Array.from({ length: d }, (_, a) => panel[a * 8 + (place & 7)]);
}

/** Where each row lies: the other way round of `ranks`. @param n rows. */
export function placesOf({ ranks }: Layout, n: number): Int32Array {
  const places = new Int32Array(n);
  for (let place = 0; place < n; place++) places[ranks[place]] = place;
  return places;
}

/** Rows in an order as panels [d × 8]. */
function gatherPanels(panels: Float32Array, z: Float32Array, d: number, order: Int32Array): void {
  for (const [place, row] of order.entries()) {
    const at = (place >> 3) * 8 * d + (place & 7);
    for (let a = 0; a < d; a++) panels[at + a * 8] = z[row * d + a];
  }
}

/** Rows as panels [d × 8], perhaps where they lie. */
function fillPanels(panels: Float32Array, z: Float32Array, d: number): void {
  const rows = new Float32Array(8 * d);
  for (let at = 0; at < z.length; at += 8 * d) {
    const count = Math.min(8 * d, z.length - at);
    rows.fill(0, count);
    rows.set(z.subarray(at, at + count));
    for (let i = 0; i < 8; i++) for (let a = 0; a < d; a++) panels[at + a * 8 + i] = rows[i * d + a];
  }
}

/** Makes a row chosen before, which need not lie in the layout, the centre of a number, as the kernel does: −2c and |c|². */
export function putCentre({ arena, block }: State, number: number, row: Float32Array, whole: Int16Array): void {
  arena.floats(block.get('centres') + number * row.length * 4, row.length).set(row);
  const pairs = block.get('pairs');
  const group = block.get('wholeCentres') + (number >> 3) * (pairs + 1) * 32 + (number & 7) * 4;
  let squares = 0;
  for (let i = 0; i < pairs; i++) {
    const pair = new Int16Array(arena.memory.buffer, group + i * 32, 2);
    for (const a of [0, 1]) {
      const value = whole[2 * i + a];
      pair[a] = -2 * value;
      squares += value * value;
    }
  }
  arena.ints(group + pairs * 32, 1)[0] = squares;
}
