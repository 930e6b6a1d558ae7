import { checkFinite, checkWhole, countRows } from '../arguments.js';
import { type Rows, rowsHere } from '../engine/rows.js';
import type { Stage } from '../engine/stage.js';
import { LARGEST_ARENA } from '../kernels/arena.js';
import { stoppable } from '../kernels/stop-word.js';
import { task } from '../kernels/task.js';
import type { Threads } from '../kernels/threads.js';
import { instantiateKernels } from '../kernels/wasm.js';
import type { Watch } from '../progress.js';
import { greedyInArenas } from './greedy-arenas.js';
import { AXES, type Layout, layOut, type SelectionRoom, type State, selectionBytes } from './greedy-layout.js';
import { checkCount, checkSelection, type GreedyOptions } from './greedy-options.js';
import { initialAnchors } from './initial-anchors.js';
import { principalAxes, reduce } from './principal-axes.js';
import { tightOrderInThreads } from './tight-order.js';
import { wholeRows } from './whole-rows.js';

export { checkCount, checkSelection, type GreedyOptions } from './greedy-options.js';

/** Rows z [n × d] of which some are to be picked. */
export interface SelectionJob {
  z: Rows;
  d: number;
  options: GreedyOptions;
  /** Where z lies, if it may be overwritten: threads then take no second copy. */
  room?: SelectionRoom;
}

/** {@link greedyCoreset} as a stage. */
export const SELECT_ROWS: Stage<SelectionJob, Int32Array> = {
  name: 'coreset',
  onThreads: async (threads, { z, d, options, room }, watch) =>
    greedyCoreset(threads, await rowsHere(z), d, options, watch, room),
};

/** Threads beyond the leader: blocks refreshed ahead of need are partly wasted, so more gain nothing. */
export const MOST_HELPERS = 3;

/** Threads that help the leader of a selection. */
export const helpersOf = ({ count }: Pick<Threads, 'count'>): number => Math.min(count - 1, MOST_HELPERS);

/**
 * Greedy k-centre selection (docs/methods.md 3.2; Sener & Savarese 2018): repeatedly the row farthest from all chosen ones,
 * ties to the lowest row. Exact: the picks are those of the plain loop over squared distances Σ(a−b)² summed in
 * float32 in the order of the dimensions, whatever the number of threads.
 * Start rows are not chosen themselves, and their mean distance stays in the running minimum, as in the authors' code;
 * anchors of kind `all` use the norm of a row of the distance matrix, in closed form, without the matrix.
 * If more rows are asked for than kept rows give, row 0 is repeated, as there; with `firstPickFromKept` the first kept row is.
 * Rows beyond one arena of 4 GB lie in several.
 * @param z rows [n × d], d a multiple of 4. @param room where z lies, if it may be overwritten. @returns the picked rows in order.
 * @throws InputError if count is not in 1…n, a value is NaN or infinite, or no row is kept; RangeError for lengths that do not fit;
 * Cancelled.
 */
export async function greedyCoreset(
  threads: Threads,
  z: Float32Array,
  d: number,
  options: GreedyOptions,
  watch: Watch = {},
  room?: SelectionRoom,
): Promise<Int32Array> {
  checkCount(options.count, z.length / d);
  const helpers = helpersOf(threads);
  if (!room && selectionBytes(z.length / d, d, options.count, helpers) > LARGEST_ARENA) {
    return greedyInArenas(threads, z, d, options, watch);
  }
  const fits = room && room.most >= options.count ? room : undefined;
  const selection = await prepareGreedy(threads, z, d, fits?.most ?? options.count, 1, fits?.helpers ?? helpers, fits);
  return selection.pick(0, options, watch);
}

/** Several selections over the same rows, which are laid out and reduced once. */
export interface GreedySelection {
  /** Runs one selection in slot `run`; different slots may run at the same time. */
  pick(run: number, options: GreedyOptions, watch?: Watch): Promise<Int32Array>;
}

/**
 * Prepares up to `runs` simultaneous selections of at most `most` rows, each with `helpers` further threads.
 * @param room where z lies, if it may be overwritten, for one run of the same sizes.
 * @throws InputError when they do not fit into 4 GB.
 */
export async function prepareGreedy(
  threads: Threads,
  z: Float32Array,
  d: number,
  most: number,
  runs: number,
  helpers: number,
  room?: SelectionRoom,
): Promise<GreedySelection> {
  const n = countRows('z', z, d, 1);
  if (d % 4 !== 0) throw new RangeError(`d = ${d} is not a multiple of 4`);
  checkWhole('most', most, 1, n);
  checkWhole('runs', runs, 1);
  checkWhole('helpers', helpers, 0);
  const layout = await layOutReduced(threads, z, d, most, runs, helpers, room);
  const kernels = instantiateKernels(layout.arena.memory);
  return {
    async pick(run, { count, anchors, kept, firstPickFromKept = false }, watch = {}) {
      checkCount(count, Math.min(n, most));
      checkSelection(n, { anchors, kept, firstPickFromKept });
      const state = { ...layout, ...layout.states[run] };
      const { arena, block, blocks } = state;
      block.set({ count: 0 });
      arena.ints(block.get('applied'), blocks).fill(0);
      arena.ints(state.stop, 1)[0] = 0;
      const values = arena.floats(block.get('distance'), blocks * 8);
      const initial = initialAnchors([state], [kernels], anchors, n, d);
      const { ranks } = layout;
      for (let i = 0; i < n; i++) values[i] = Math.fround(initial[ranks[i]] * initial[ranks[i]]);
      values.fill(-1, n);
      // Below every distance, as the padding: then not even a fill is a removed row.
      const dropped = firstPickFromKept ? -1 : 0;
      const drop = (): void => {
        if (kept) for (let i = 0; i < n; i++) if (kept[ranks[i]] === 0) values[i] = dropped;
      };
      if (firstPickFromKept) drop();
      kernels.enlist(block.at);
      kernels.build(block.at);
      kernels.select(block.at, 1, 1);
      drop();
      kernels.build(block.at);
      if (count > 1) await selectInThreads(threads, state, count, watch);
      return arena.ints(block.get('picks'), count).slice();
    },
  };
}

/** Rows z [n × d] reduced, put in order and laid out for selections of at most `most` rows. @throws InputError for a value that is NaN or infinite. */
export async function layOutReduced(
  threads: Threads,
  z: Float32Array,
  d: number,
  most: number,
  runs: number,
  helpers: number,
  room?: SelectionRoom,
): Promise<Layout> {
  checkFinite('z', z, d);
  const frame = await principalAxes(threads, z, d, AXES);
  const { levels, slack } = await reduce(threads, z, frame, [AXES]);
  const order = room ? null : await tightOrderInThreads(threads, levels[0], AXES + 1);
  return layOut(z, wholeRows(levels[0], AXES + 1), z.length / d, d, most, slack, runs, helpers, order, room);
}

const GREEDY = task<typeof import('./greedy-task.js')>(new URL('./greedy-task.js', import.meta.url));

/** Selects until `count` centres stand, in a thread that others help. @throws Cancelled. */
export async function selectInThreads(threads: Threads, state: State, count: number, watch: Watch): Promise<void> {
  const { arena, stop } = state;
  const greedy = state.block.at;
  await stoppable(arena.ints(stop, 1), watch.signal, () => {
    const report = (done: number): void => watch.progress?.(done, count);
    const leader = threads.run(GREEDY, { kind: 'lead', greedy, count, stop }, { arena, report });
    const helpers = Array.from({ length: state.helpers }, (_, helper) =>
      threads.run(GREEDY, { kind: 'help', greedy, helper }, { arena }),
    );
    return Promise.all([leader, ...helpers]);
  });
}
