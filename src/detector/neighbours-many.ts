import { checkFinite, checkIndices, checkWhole, countRows } from '../arguments.js';
import { sharedFloats } from '../kernels/arena.js';
import { gatherRows } from '../kernels/gather-rows.js';
import { task } from '../kernels/task.js';
import { ranges, type Threads } from '../kernels/threads.js';
import type { Watch } from '../progress.js';
import { placeBank } from './bounded-bank.js';
import { type Membership, manyRoom } from './neighbours-many-task.js';

/** Most banks searched at once: one bit of a row's mask each. */
export const MOST_BANKS = 31;
const BLOCK = 196;

/** The nearest row of each query in each bank. */
export interface NearestInBanks {
  /** [banks × queries] patch (an entry of the bank's picks) nearest to the query. */
  patches: Int32Array;
  /** [banks × queries] squared distances. */
  squared: Float32Array;
}

const TASK = task<typeof import('./neighbours-many-task.js')>(new URL('./neighbours-many-task.js', import.meta.url));

/**
 * Exact nearest neighbours in several overlapping banks of the same patches, such as the coresets of a sweep: bounds are
 * computed once for their union, a full distance once for all banks. Equal to searching each bank alone, ties to the
 * row picked first in that bank.
 * @param patches [n × d] all patches. @param banks lists of picked patches, at most {@link MOST_BANKS}.
 */
export async function nearestInBanks(
  threads: Threads,
  patches: Float32Array,
  d: number,
  banks: readonly Int32Array[],
  queries: Float32Array,
  watch: Watch = {},
): Promise<NearestInBanks> {
  const n = countRows('patches', patches, d, 1);
  if (d % 16 !== 0) throw new RangeError(`d = ${d} is not a multiple of 16`);
  checkWhole('banks.length', banks.length, 1, MOST_BANKS);
  for (const [b, bank] of banks.entries()) {
    if (bank.length === 0) throw new RangeError(`banks[${b}] is empty`);
    checkIndices(`banks[${b}]`, bank, n);
  }
  const union = Int32Array.from(new Set(banks.flatMap((bank) => [...bank]))).sort();
  const place = new Map([...union].map((patch, i) => [patch, i]));
  const m = union.length;
  const rows = gatherRows(patches, d, union);
  const count = banks.length;
  checkFinite('patches', rows, d);
  const placed = await placeBank(threads, rows, d, { shared: 4 * m * (1 + count) + 128, lane: manyRoom(count) });
  const { arena } = placed;
  const membership: Membership = { count, rows: m, masks: arena.take(4 * m), orders: arena.take(4 * count * m) };
  const maskOf = arena.ints(membership.masks, m);
  const orderOf = arena.ints(membership.orders, count * m);
  for (const [b, picks] of banks.entries()) {
    picks.forEach((patch, order) => {
      const row = place.get(patch)!;
      if ((maskOf[row] >> b) & 1) return;
      maskOf[row] |= 1 << b;
      orderOf[b * m + row] = order;
    });
  }
  const q = countRows('queries', queries, d);
  checkFinite('queries', queries, d);
  const reduced = await placed.reduceQueries(queries);
  const found = new Int32Array(new SharedArrayBuffer(4 * q * count));
  const squared = sharedFloats(q * count);
  const { bank, scratch } = placed;
  const jobs = ranges(q, BLOCK).map((range) => ({ bank, membership, reduced, found, squared, ...range }));
  await threads.each(TASK, jobs, { ...watch, arena, scratch });
  return { patches: found.map((row) => union[row]), squared };
}
