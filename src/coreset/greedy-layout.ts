import { type Arena, createArena } from '../kernels/arena.js';
import { type Block, blockAt, blockBytes } from '../kernels/block.js';
import { GREEDY_BLOCK, type GreedyBlock } from '../kernels/blocks.js';
import { fillWholePanels, type WholeRows } from './whole-rows.js';

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
  states: RunState[];
}

/** A run in its layout. */
export type State = Layout & RunState;

/**
 * Lays rows z [n × d] and their reduced form [n × (AXES + 1)] in whole numbers out for the kernel, with buffers for `runs` simultaneous
 * selections of at most `most` rows, each with `helpers` helping threads.
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
): Layout {
  const blocks = Math.ceil(n / 8);
  const slots = helpers * SLOTS;
  const dims = whole.padded;
  const leaves = 2 ** Math.ceil(Math.log2(Math.max(2, blocks)));
  const groups = Math.ceil(most / 4) + 1;
  const shared = blocks * 8 * (4 * d + 2 * dims + 4);
  const each =
    4 * (blocks * 8 * 2 + groups * (4 * d + 2 * dims + 4) + blocks * 2 + leaves * 2 + most) + (slots + 2) * 128 + 4096;
  const arena = createArena(shared + runs * each);
  const panels = arena.take(blocks * 8 * d * 4);
  const wholePanels = arena.take(blocks * 8 * dims * 2);
  const squares = arena.take(blocks * 8 * 4);
  fillPanels(arena.floats(panels, blocks * 8 * d), z, d);
  fillWholePanels(
    new Int16Array(arena.memory.buffer, wholePanels, blocks * 8 * dims),
    arena.ints(squares, blocks * 8),
    whole,
  );
  const states = Array.from({ length: runs }, () => {
    const block = blockAt(arena.memory, arena.take(blockBytes(GREEDY_BLOCK)), GREEDY_BLOCK);
    block.set({
      blocks,
      d,
      pairs: dims / 2,
      panels,
      wholePanels,
      squares,
      centres: arena.take(groups * 4 * d * 4),
      wholeCentres: arena.take(groups * 8 * (dims + 2)),
      distance: arena.take(blocks * 32),
      limit: arena.take(blocks * 32),
      bound: arena.take(blocks * 4),
      applied: arena.take(blocks * 4),
      tree: arena.take(leaves * 8),
      leaves,
      picks: arena.take(most * 4),
      scale: whole.scale,
      // One for each row of a pair.
      slack: 2 * (slack + whole.error),
      slots,
      jobs: arena.take(slots * 72),
    });
    return { block, stop: arena.take(4) };
  });
  return { arena, blocks, helpers, states };
}

/** Rows as panels [d × 8]. */
function fillPanels(panels: Float32Array, z: Float32Array, d: number): void {
  for (let i = 0; i * d < z.length; i++) {
    const lane = (i >> 3) * 8 * d + (i & 7);
    for (let a = 0; a < d; a++) panels[lane + a * 8] = z[i * d + a];
  }
}

/** Makes a row chosen before, which need not lie in the layout, the centre of a number, as the kernel does: −2c and |c|². */
export function putCentre({ arena, block }: State, number: number, row: Float32Array, whole: Int16Array): void {
  arena.floats(block.get('centres') + number * row.length * 4, row.length).set(row);
  const pairs = block.get('pairs');
  const group = block.get('wholeCentres') + (number >> 2) * (pairs + 1) * 16 + (number & 3) * 4;
  let squares = 0;
  for (let i = 0; i < pairs; i++) {
    const pair = new Int16Array(arena.memory.buffer, group + i * 16, 2);
    for (const a of [0, 1]) {
      const value = whole[2 * i + a];
      pair[a] = -2 * value;
      squares += value * value;
    }
  }
  arena.ints(group + pairs * 16, 1)[0] = squares;
}
