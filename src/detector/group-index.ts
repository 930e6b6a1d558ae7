import type { Stage } from '../engine/stage.js';
import { sharedFloats } from '../kernels/arena.js';
import { task } from '../kernels/task.js';
import { ranges, type Threads } from '../kernels/threads.js';
import type { Watch } from '../progress.js';
import { placeBank, searchedRows } from './bounded-bank.js';
import { groupRoom } from './group-task.js';
import type { Neighbours } from './neighbours.js';

/** Queries a task takes at once. */
const BLOCK = 196;

/** Rows [rows × d] in groups, such as images, to index for searches of the nearest row in each of the m nearest groups. */
export interface GroupJob {
  bank: Float32Array;
  d: number;
  /** [rows] each row's group. */
  groups: Int32Array;
  /** Groups looked for, from 1. */
  m: number;
}

/** An exact index of the nearest row in each of the m nearest groups. */
export interface GroupIndex {
  /**
   * @param queries [q × d]. @param own [q] the group passed over by each query, or null.
   * @returns [q × m], nearest first, ties to the lower group and row; row −1 at distance +∞ where groups run out.
   */
  search(queries: Float32Array, own: Int32Array | null, watch?: Watch): Promise<Neighbours>;
}

/** {@link indexGroups} as a stage. */
export const INDEX_GROUPS: Stage<GroupJob, GroupIndex> = {
  name: 'search of groups',
  onThreads: (threads, job) => indexGroups(threads, job),
};

const GROUPS = task<typeof import('./group-task.js')>(new URL('./group-task.js', import.meta.url));

/**
 * Exact nearest rows of distinct groups, bounded and pruned as in {@link indexNeighbours}; equal to brute force up to exact
 * ties in float32. A query's own group is passed over inside the kernel, so that it never crowds the list.
 * @throws RangeError for sizes that do not fit.
 */
export async function indexGroups(threads: Threads, { bank, d, groups, m }: GroupJob): Promise<GroupIndex> {
  const count = groups.length;
  if (d % 16 !== 0 || count < 1 || bank.length !== count * d || m < 1) {
    throw new RangeError(`${bank.length} values, ${count} groups of rows, d = ${d}, m = ${m}`);
  }
  // Sorted by group, so that a group's rows are one range.
  const order = Int32Array.from(groups, (_, row) => row).sort((a, b) => groups[a] - groups[b] || a - b);
  const sorted = sharedFloats(count * d);
  const spans = new Map<number, [from: number, to: number]>();
  for (const [i, row] of order.entries()) {
    sorted.set(bank.subarray(row * d, (row + 1) * d), i * d);
    spans.set(groups[row], [spans.get(groups[row])?.[0] ?? i, i + 1]);
  }
  const padded = searchedRows(count);
  const placed = await placeBank(threads, sorted, d, { shared: 4 * padded + 64, lane: groupRoom(m) });
  const { arena, scratch } = placed;
  const at = arena.take(4 * padded);
  const placedGroups = arena.ints(at, padded).fill(-1);
  for (const [i, row] of order.entries()) placedGroups[i] = groups[row];
  return {
    async search(queries, own, watch = {}) {
      const q = queries.length / d;
      if (!Number.isInteger(q)) throw new RangeError(`${queries.length} query values for d = ${d}`);
      const reduced = await placed.reduceQueries(queries);
      const rows = new Int32Array(new SharedArrayBuffer(4 * q * m));
      const squared = sharedFloats(q * m);
      const jobs = ranges(q, BLOCK).map(({ from, to }) => {
        const passed = Int32Array.from({ length: 2 * (to - from) }, (_, i) => {
          const group = own?.[from + (i >> 1)];
          return (group === undefined ? undefined : spans.get(group)?.[i & 1]) ?? 0;
        });
        return { bank: placed.bank, groups: at, m, reduced, passed, rows, squared, from, to };
      });
      await threads.each(GROUPS, jobs, { ...watch, arena, scratch });
      return { rows: rows.map((row) => (row < 0 ? -1 : order[row])), squared };
    },
  };
}
