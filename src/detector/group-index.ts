import { checkIndices } from '../arguments.js';
import { type Rows, rowCount, rowsHere } from '../engine/rows.js';
import type { Stage } from '../engine/stage.js';
import { sharedFloats } from '../kernels/arena.js';
import { gatherRows } from '../kernels/gather-rows.js';
import { task } from '../kernels/task.js';
import { ranges, type Threads } from '../kernels/threads.js';
import type { Watch } from '../progress.js';
import { placeBank } from './bounded-bank.js';
import { groupRoom } from './group-task.js';
import type { Neighbours } from './neighbours.js';

/** Queries a task takes at once. */
const BLOCK = 196;
/** Queries reduced at once: bounds what their coordinates take beside the patches. */
const PORTION = 196 * 256;

/** Rows in groups, such as images, to index for searches of the nearest row in each of the m nearest groups. */
export interface GroupJob {
  /** [n × d]. What is indexed is copied: far rows stay the caller's. */
  bank: Rows;
  d: number;
  /** [rows] rows of `bank` that are indexed; all of them by default. What is found counts in this list. */
  picks?: Int32Array;
  /** [rows] each indexed row's group. */
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
  search(queries: Rows, own: Int32Array | null, watch?: Watch): Promise<Neighbours>;
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
export async function indexGroups(threads: Threads, job: GroupJob): Promise<GroupIndex> {
  const { d, groups, m } = job;
  if (d % 16 !== 0) throw new RangeError(`d = ${d} is not a multiple of 16`);
  const { order, picks, spans } = byGroup(job);
  const count = groups.length;
  const sorted = gatherRows(await rowsHere(job.bank), d, picks);
  const placed = await placeBank(threads, sorted, d, { shared: 4 * count + 64, lane: groupRoom(m) });
  const { arena, scratch } = placed;
  const at = arena.take(4 * count);
  const placedGroups = arena.ints(at, count);
  for (const [i, row] of order.entries()) placedGroups[i] = groups[row];
  return {
    async search(given, own, watch = {}) {
      const queries = await rowsHere(given);
      const q = queries.length / d;
      if (!Number.isInteger(q)) throw new RangeError(`${queries.length} query values for d = ${d}`);
      const rows = new Int32Array(new SharedArrayBuffer(4 * q * m));
      const squared = sharedFloats(q * m);
      for (const portion of ranges(q, PORTION)) {
        const reduced = await placed.reduceQueries(queries.subarray(portion.from * d, portion.to * d));
        const part = {
          rows: rows.subarray(portion.from * m, portion.to * m),
          squared: squared.subarray(portion.from * m, portion.to * m),
        };
        const jobs = ranges(portion.to - portion.from, BLOCK).map(({ from, to }) => {
          const passed = Int32Array.from({ length: 2 * (to - from) }, (_, i) => {
            const group = own?.[portion.from + from + (i >> 1)];
            return (group === undefined ? undefined : spans.get(group)?.[i & 1]) ?? 0;
          });
          return { bank: placed.bank, groups: at, m, reduced, passed, ...part, from, to };
        });
        const progress = (done: number, total: number): void =>
          watch.progress?.(portion.from + Math.floor(((portion.to - portion.from) * done) / total), q);
        await threads.each(GROUPS, jobs, { signal: watch.signal, progress, arena, scratch });
      }
      return { rows: rows.map((row) => (row < 0 ? -1 : order[row])), squared };
    },
  };
}

/**
 * Rows sorted by group, so that a group's rows are one range, ties to the lower.
 * @returns the place of each sorted row among those given, its row in the bank, and the range of each group.
 * @throws RangeError for sizes that do not fit.
 */
export function byGroup({ bank, d, picks, groups, m }: GroupJob): {
  order: Int32Array;
  picks: Int32Array;
  spans: Map<number, [from: number, to: number]>;
} {
  const count = groups.length;
  const n = rowCount(bank, d);
  if (count < 1 || !Number.isInteger(n) || (picks?.length ?? n) !== count || m < 1) {
    throw new RangeError(`${n} rows of d = ${d}, ${picks?.length ?? 'all'} picked, ${count} groups of rows, m = ${m}`);
  }
  if (picks) checkIndices('picks', picks, n);
  const order = Int32Array.from(groups, (_, row) => row).sort((a, b) => groups[a] - groups[b] || a - b);
  const spans = new Map<number, [from: number, to: number]>();
  for (const [i, row] of order.entries()) spans.set(groups[row], [spans.get(groups[row])?.[0] ?? i, i + 1]);
  return { order, picks: picks ? order.map((row) => picks[row]) : order, spans };
}
