import { type Arena, createArena } from '../kernels/arena.js';
import { type Block, blockAt, blockBytes } from '../kernels/block.js';
import { GREEDY_BLOCK, type GreedyBlock } from '../kernels/blocks.js';

/** Leading axes of the bound; 15 and the residual's norm make 16 coordinates. */
export const AXES = 15;
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
 * Lays rows z [n × d] and their reduced form y [n × (AXES + 1)] out for the kernel, with buffers for `runs` simultaneous
 * selections of at most `most` rows, each with `helpers` helping threads.
 */
export function layOut(
  z: Float32Array,
  y: Float32Array,
  n: number,
  d: number,
  most: number,
  slack: number,
  runs: number,
  helpers: number,
): Layout {
  const blocks = Math.ceil(n / 8);
  const own = AXES + 1;
  const r = own + 2;
  const leaves = 2 ** Math.ceil(Math.log2(Math.max(2, blocks)));
  const groups = Math.ceil(most / 4) + 1;
  const shared = 4 * blocks * 8 * (d + r);
  const each =
    4 * (blocks * 8 * 2 + groups * 4 * (d + r) + blocks * 2 + leaves * 2 + most) + (helpers + 2) * 128 + 4096;
  const arena = createArena(shared + runs * each);
  const panels = arena.take(blocks * 8 * d * 4);
  const reduced = arena.take(blocks * 8 * r * 4);
  const largest = fillPanels(arena.floats(panels, blocks * 8 * d), arena.floats(reduced, blocks * 8 * r), z, y, d, own);
  const states = Array.from({ length: runs }, () => {
    const block = blockAt(arena.memory, arena.take(blockBytes(GREEDY_BLOCK)), GREEDY_BLOCK);
    block.set({
      blocks,
      d,
      r,
      panels,
      reducedPanels: reduced,
      centres: arena.take(groups * 4 * d * 4),
      reducedCentres: arena.take(groups * 4 * r * 4),
      distance: arena.take(blocks * 32),
      limit: arena.take(blocks * 32),
      bound: arena.take(blocks * 4),
      applied: arena.take(blocks * 4),
      tree: arena.take(leaves * 8),
      leaves,
      picks: arena.take(most * 4),
      // One for each row of a pair.
      slack: 2 * slack,
      // The rounding of the expanded square, relative to the norms.
      margin: 2e-5 * largest,
      helpers,
      jobs: arena.take(helpers * 64 + helpers * 4),
    });
    return { block, stop: arena.take(4) };
  });
  return { arena, blocks, helpers, states };
}

/** Rows as panels [d × 8], and reduced rows as [x, |x|², 1] likewise; returns the largest |x|². */
function fillPanels(
  full: Float32Array,
  small: Float32Array,
  z: Float32Array,
  y: Float32Array,
  d: number,
  own: number,
): number {
  const r = own + 2;
  let largest = 0;
  for (let i = 0; i * d < z.length; i++) {
    const lane = (i >> 3) * 8 * d + (i & 7);
    for (let a = 0; a < d; a++) full[lane + a * 8] = z[i * d + a];
    const at = (i >> 3) * 8 * r + (i & 7);
    let squares = 0;
    for (let a = 0; a < own; a++) {
      const value = y[i * own + a];
      small[at + a * 8] = value;
      squares += value * value;
    }
    small[at + own * 8] = squares;
    small[at + (own + 1) * 8] = 1;
    largest = Math.max(largest, squares);
  }
  return largest;
}
