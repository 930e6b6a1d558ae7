import { Cancelled } from '../errors.js';
import { type Block, blockAt } from '../kernels/block.js';
import { GREEDY_BLOCK, type GreedyBlock } from '../kernels/blocks.js';
import type { TaskContext } from '../kernels/task.js';
import { instantiateKernels, type Kernels } from '../kernels/wasm.js';

/** Rows laid out in several arenas, with their initial distances. */
export interface ArenasJob {
  arenas: readonly { memory: WebAssembly.Memory; greedy: number; blocks: number }[];
  /** Rows of each arena but the last. */
  rows: number;
  count: number;
  /** [n] of 1 and 0, or null where all stay. */
  kept: Uint8Array | null;
  firstPickFromKept: boolean;
  /** Not 0 asks to stop. */
  stop: Int32Array;
}

/** Refreshes between two looks at the stop word. */
const BUDGET = 4000;

interface Part {
  kernels: Kernels;
  block: Block<GreedyBlock>;
  at: number;
  /** The tree's root, and the blocks' bounds. */
  tree: Int32Array;
  bound: Float32Array;
  distance: Float32Array;
  /** The part's row at each place. */
  ranks: Int32Array;
}

/** @returns the picks among all rows. @throws Cancelled. */
export function run(
  { report }: TaskContext,
  { arenas, rows, count, kept, firstPickFromKept, stop }: ArenasJob,
): Int32Array {
  const parts = arenas.map(({ memory, greedy, blocks }): Part => {
    const block = blockAt(memory, greedy, GREEDY_BLOCK);
    return {
      kernels: instantiateKernels(memory),
      block,
      at: greedy,
      tree: new Int32Array(memory.buffer, block.get('tree'), 2),
      bound: new Float32Array(memory.buffer, block.get('bound'), blocks),
      distance: new Float32Array(memory.buffer, block.get('distance'), blocks * 8),
      ranks: new Int32Array(memory.buffer, block.get('rank'), blocks * 8),
    };
  });
  const drop = (): void => {
    for (const [p, { distance, ranks }] of parts.entries()) {
      const own = kept?.subarray(p * rows, (p + 1) * rows);
      ranks.subarray(0, own?.length ?? 0).forEach((row, place) => {
        if (own![row] === 0) distance[place] = firstPickFromKept ? -1 : 0;
      });
    }
  };
  const build = (): void => {
    for (const { kernels, at } of parts) kernels.build(at);
  };
  const picks = new Int32Array(count);
  let last = 0;
  if (firstPickFromKept) drop();
  build();
  for (let done = 0; done < count; done++) {
    if (Atomics.load(stop, 0) !== 0) throw new Cancelled();
    const leader = settled(parts, stop);
    const { kernels, block, at } = parts[leader];
    kernels.chooseTop(at);
    picks[done] = leader * rows + new Int32Array(kernels.memory.buffer, block.get('picks'), done + 1)[done];
    share(parts, leader, done);
    if (done === 0) {
      drop();
      build();
    }
    if (Date.now() - last > 200) {
      last = Date.now();
      report(done + 1);
    }
  }
  return picks;
}

/** The part that holds the greatest row, ties to the first; the block on its top is fresh. */
function settled(parts: readonly Part[], stop: Int32Array): number {
  for (;;) {
    const tops = parts.map(({ tree, bound }) => bound[tree[1]]);
    const best = firstOfMost(tops);
    const least = Math.max(Number.NEGATIVE_INFINITY, ...tops.filter((_, p) => p !== best));
    const fresh = parts[best].kernels.settle(parts[best].at, least, BUDGET) === 1;
    // Refreshed, it may have fallen to the bound of a part before it.
    if (fresh && firstOfMost(parts.map(({ tree, bound }) => bound[tree[1]])) === best) return best;
    if (Atomics.load(stop, 0) !== 0) throw new Cancelled();
  }
}

function firstOfMost(values: readonly number[]): number {
  return values.reduce((best, value, i) => (value > values[best] ? i : best), 0);
}

/** Makes the centre that one part just chose one of all others, in both forms. */
function share(parts: readonly Part[], from: number, number: number): void {
  const source = centreOf(parts[from], number);
  for (const [p, part] of parts.entries()) {
    if (p === from) continue;
    const { full, whole } = centreOf(part, number);
    full.set(source.full);
    for (let i = 0; i < whole.length; i += 8) whole[i] = source.whole[i];
    part.block.set({ count: number + 1 });
  }
}

/** A centre's two forms; of the whole one every eighth word is its own. */
function centreOf({ block, kernels }: Part, number: number): { full: Float32Array; whole: Int32Array } {
  const { buffer } = kernels.memory;
  const [d, pairs] = [block.get('d'), block.get('pairs')];
  const group = block.get('wholeCentres') + (number >> 3) * (pairs + 1) * 32;
  return {
    full: new Float32Array(buffer, block.get('centres') + number * d * 4, d),
    whole: new Int32Array(buffer, group + (number & 7) * 4, 8 * pairs + 1),
  };
}
