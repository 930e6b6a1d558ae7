import { checkFinite, countRows } from '../arguments.js';
import { LARGEST_ARENA } from '../kernels/arena.js';
import { stoppable, stopWord } from '../kernels/stop-word.js';
import { task } from '../kernels/task.js';
import type { Threads } from '../kernels/threads.js';
import { instantiateKernels } from '../kernels/wasm.js';
import type { Watch } from '../progress.js';
import { AXES, layOut, type State, selectionBytes } from './greedy-layout.js';
import { checkCount, checkSelection, type GreedyOptions } from './greedy-options.js';
import { initialAnchors } from './initial-anchors.js';
import { principalAxes, reduce } from './principal-axes.js';
import { tightOrder } from './tight-blocks.js';
import { wholePart, wholeRows } from './whole-rows.js';

const ARENAS = task<typeof import('./greedy-arenas-task.js')>(new URL('./greedy-arenas-task.js', import.meta.url));

/** Most rows [d] of which one arena takes a selection of `count`, in whole blocks. */
export function rowsOfArena(d: number, count: number, bytes: number = LARGEST_ARENA): number {
  let [low, high] = [8, 2 ** 31];
  while (high - low > 8) {
    const middle = Math.floor((low + high) / 16) * 8;
    if (selectionBytes(middle, d, count, 0) <= bytes) low = middle;
    else high = middle;
  }
  return low;
}

/**
 * The greedy selection over rows that lie in several arenas, each with its own tournament; a picked row becomes a centre in all of them. The
 * picks are those of one arena. One thread selects.
 * @param rows rows an arena takes, a multiple of 8.
 */
export async function greedyInArenas(
  threads: Threads,
  z: Float32Array,
  d: number,
  { count, anchors, kept, firstPickFromKept = false }: GreedyOptions,
  watch: Watch = {},
  rows: number = rowsOfArena(d, count),
): Promise<Int32Array> {
  const n = countRows('z', z, d, 1);
  checkFinite('z', z, d);
  if (d % 4 !== 0) throw new RangeError(`d = ${d} is not a multiple of 4`);
  checkCount(count, n);
  checkSelection(n, { anchors, kept, firstPickFromKept });
  const frame = await principalAxes(threads, z, d, AXES);
  const { levels, slack } = await reduce(threads, z, frame, [AXES]);
  // One scale for all: a centre may come from any arena.
  const whole = wholeRows(levels[0], AXES + 1);
  const states: State[] = [];
  for (let from = 0; from < n; from += rows) {
    const to = Math.min(n, from + rows);
    const own = z.subarray(from * d, to * d);
    const order = tightOrder(levels[0].subarray(from * (AXES + 1), to * (AXES + 1)), AXES + 1);
    const layout = layOut(own, wholePart(whole, from, to), to - from, d, count, slack, 1, 0, order);
    states.push({ ...layout, ...layout.states[0] });
  }
  const kernels = states.map(({ arena }) => instantiateKernels(arena.memory));
  const initial = initialAnchors(states, kernels, anchors, n, d);
  for (const [s, { arena, block, blocks, ranks }] of states.entries()) {
    const values = arena.floats(block.get('distance'), blocks * 8);
    const own = initial.subarray(s * rows, (s + 1) * rows);
    for (let i = 0; i < own.length; i++) values[i] = Math.fround(own[ranks[i]] * own[ranks[i]]);
    values.fill(-1, own.length);
  }
  const stop = stopWord();
  return stoppable(stop, watch.signal, () => {
    const arenas = states.map(({ arena, block, blocks }) => ({ memory: arena.memory, greedy: block.at, blocks }));
    const job = { arenas, rows, count, kept: kept ?? null, firstPickFromKept, stop };
    return threads.run(ARENAS, job, { report: (done) => watch.progress?.(done, count) });
  });
}
