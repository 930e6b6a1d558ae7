import { checkLength, countRows } from '../arguments.js';
import type { Threads } from '../kernels/threads.js';
import { instantiateKernels } from '../kernels/wasm.js';
import type { Watch } from '../progress.js';
import type { Anchors } from './anchors.js';
import { helpersOf, layOutReduced, selectInThreads } from './greedy.js';
import { checkCount, checkSelection } from './greedy-options.js';
import { initialAnchors } from './initial-anchors.js';

/** Rows that may be picked from now on, and the picks there are when that ends. */
export interface NestedPhase {
  /** [n] of 1 and 0; all where null. Rows of an earlier phase stay: they are 1 here, too. */
  kept: Uint8Array | null;
  /** Picks in all, those of earlier phases included. */
  count: number;
}

/**
 * One greedy k-centre selection among rows that become more: each phase goes on from the picks there are, always with the row farthest from all
 * of them among those it may pick, ties to the lowest row. Its first picks are thus spread over the first phase's rows alone, and every phase
 * ends with a cover of its own. Exact, as `greedyCoreset`; the first pick, too, comes from the kept rows.
 * @param z rows [n × d], d a multiple of 4. @returns the picked rows in order; where a phase has no row left that differs, one is repeated.
 * @throws InputError if a count is not in 1…n, a value is NaN or infinite, or the first phase keeps no row; RangeError for lengths that do not
 * fit and phases that shrink; Cancelled.
 */
export async function nestedGreedy(
  threads: Threads,
  z: Float32Array,
  d: number,
  { anchors, phases }: { anchors: Anchors; phases: readonly NestedPhase[] },
  watch: Watch = {},
): Promise<Int32Array> {
  const n = countRows('z', z, d, 1);
  if (d % 4 !== 0) throw new RangeError(`d = ${d} is not a multiple of 4`);
  checkPhases(n, phases);
  checkSelection(n, { anchors, kept: phases[0].kept ?? undefined, firstPickFromKept: true });
  const most = phases[phases.length - 1].count;
  const layout = await layOutReduced(threads, z, d, most, 1, helpersOf(threads));
  const state = { ...layout, ...layout.states[0] };
  const { arena, block, blocks, ranks } = state;
  const kernels = instantiateKernels(arena.memory);
  const values = arena.floats(block.get('distance'), blocks * 8);
  const applied = arena.ints(block.get('applied'), blocks);
  const initial = initialAnchors([state], [kernels], anchors, n, d);
  // Below every distance: rows that may not be picked yet, and padding.
  values.fill(-1);
  block.set({ count: 0 });
  const progress = (done: number): void => watch.progress?.(done, most);
  for (const { kept, count } of phases) {
    for (let place = 0; place < n; place++) {
      const row = ranks[place];
      if (values[place] >= 0 || kept?.[row] === 0) continue;
      values[place] = Math.fround(initial[row] * initial[row]);
      // The picks there are have yet to come near this row.
      applied[place >> 3] = 0;
    }
    kernels.enlist(block.at);
    kernels.build(block.at);
    await selectInThreads(threads, state, count, { ...watch, progress });
  }
  return arena.ints(block.get('picks'), most).slice();
}

function checkPhases(n: number, phases: readonly NestedPhase[]): void {
  if (phases.length === 0) throw new RangeError('there is no phase');
  let before: NestedPhase | undefined;
  for (const phase of phases) {
    const { kept, count } = phase;
    checkCount(count, n);
    if (kept) checkLength('kept', kept, n);
    if (before && count < before.count) throw new RangeError(`${count} picks follow ${before.count}`);
    const gone = kept && before && (before.kept ? before.kept.some((own, i) => own > kept[i]) : kept.includes(0));
    if (gone) throw new RangeError('a phase drops rows of the one before');
    before = phase;
  }
}
