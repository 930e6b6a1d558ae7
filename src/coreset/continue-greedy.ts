import { checkFinite, checkLength, countRows } from '../arguments.js';
import { sharedFloats } from '../kernels/arena.js';
import type { Threads } from '../kernels/threads.js';
import { instantiateKernels } from '../kernels/wasm.js';
import type { Watch } from '../progress.js';
import { checkCount, helpersOf, selectInThreads } from './greedy.js';
import { AXES, layOut, putCentre } from './greedy-layout.js';
import { principalAxes, reduce } from './principal-axes.js';
import { tightOrder } from './tight-blocks.js';
import { wholePart, wholeRows } from './whole-rows.js';

/** What a selection goes on from. */
export interface Continuation {
  /** Rows chosen before [m × d], in order: they are centres and are not picked again. */
  chosen: Float32Array;
  /** Further rows to pick. */
  count: number;
  /** [n] of 1 and 0: rows of 0 are not picked while others differ from the chosen ones. */
  kept?: Uint8Array;
}

/**
 * Goes on with a greedy k-centre selection among new rows: always the row farthest from all chosen ones, those of before included, ties to the
 * lowest row. Exact, as the selection itself; distances begin with those to the chosen rows alone.
 * @param z new rows [n × d], d a multiple of 4. @returns the picked new rows in order.
 * @throws InputError if count is not in 1…n or a value is NaN or infinite; RangeError for lengths that do not fit; Cancelled.
 */
export async function continueGreedy(
  threads: Threads,
  z: Float32Array,
  d: number,
  { chosen, count, kept }: Continuation,
  watch: Watch = {},
): Promise<Int32Array> {
  const n = countRows('z', z, d, 1);
  const m = countRows('chosen', chosen, d, 1);
  if (d % 4 !== 0) throw new RangeError(`d = ${d} is not a multiple of 4`);
  checkCount(count, n);
  checkFinite('z', z, d);
  checkFinite('chosen', chosen, d);
  if (kept) checkLength('kept', kept, n);
  // One frame and one scale for both, so that bounds between them hold.
  const both = sharedFloats(z.length + chosen.length);
  both.set(z);
  both.set(chosen, z.length);
  const frame = await principalAxes(threads, both, d, AXES);
  const { levels, slack } = await reduce(threads, both, frame, [AXES]);
  const whole = wholeRows(levels[0], AXES + 1);
  const order = tightOrder(levels[0].subarray(0, n * (AXES + 1)), AXES + 1);
  const layout = layOut(z, wholePart(whole, 0, n), n, d, m + count, slack, 1, helpersOf(threads), order);
  const state = { ...layout, ...layout.states[0] };
  const { arena, block, blocks } = state;
  for (let c = 0; c < m; c++) {
    putCentre(state, c, chosen.subarray(c * d, (c + 1) * d), wholePart(whole, n + c, n + c + 1).values);
  }
  const values = arena.floats(block.get('distance'), blocks * 8);
  // No centre was applied to any block yet: each meets all of them when it first comes to the top.
  values.fill(Number.POSITIVE_INFINITY, 0, n);
  values.fill(-1, n);
  if (kept) for (let i = 0; i < n; i++) if (kept[layout.ranks[i]] === 0) values[i] = 0;
  block.set({ count: m });
  const kernels = instantiateKernels(arena.memory);
  kernels.enlist(block.at);
  kernels.build(block.at);
  const progress = watch.progress && ((done: number): void => watch.progress!(Math.max(0, done - m), count));
  await selectInThreads(threads, state, m + count, { ...watch, progress });
  return arena.ints(block.get('picks') + 4 * m, count).slice();
}
