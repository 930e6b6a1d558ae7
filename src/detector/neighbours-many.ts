import { principalAxes, reduce } from '../coreset/principal-axes.js';
import { createArena, sharedFloats, toShared } from '../kernels/arena.js';
import { ranges, type Threads, type Watch } from '../kernels/threads.js';
import { instantiateKernels } from '../kernels/wasm.js';
import { augment, LEVELS } from './neighbours.js';

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

const TASK = new URL('./neighbours-many-task.js', import.meta.url);

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
  if (banks.length < 1 || banks.length > MOST_BANKS) throw new RangeError(`${banks.length} banks at once`);
  const union = Int32Array.from(new Set(banks.flatMap((bank) => [...bank]))).sort();
  const place = new Map([...union].map((patch, i) => [patch, i]));
  const m = union.length;
  const rows = sharedFloats(m * d);
  union.forEach((patch, i) => {
    rows.set(patches.subarray(patch * d, (patch + 1) * d), i * d);
  });
  const frame = await principalAxes(threads, rows, d, LEVELS[1]);
  const bank = await reduce(threads, rows, frame, LEVELS);
  const source = toShared(queries);
  const small = await reduce(threads, source, frame, LEVELS);
  const [own, fine] = [LEVELS[0] + 1, LEVELS[1] + 1];
  const width = own + 2;
  const padded = Math.ceil(m / 8) * 8;
  const perLane = 4 * (4 * width * 2 + 4 * padded + d + fine + 128 + 4 * MOST_BANKS);
  const shared = 4 * (m * d + padded * width * 2 + m * fine + padded + banks.length * padded);
  const arena = createArena(shared + threads.count * (perLane + 64));
  const take = (values: Float32Array): number => {
    const at = arena.take(values.length * 4);
    arena.floats(at, values.length).set(values);
    return at;
  };
  const rowsAt = take(rows);
  const fineAt = take(bank.levels[1]);
  const panels = arena.take(4 * padded * width);
  const wide = arena.take(4 * padded * width);
  const largest = augment(arena.floats(wide, padded * width), bank.levels[0], m, own);
  const kernels = instantiateKernels(arena.memory);
  for (let p = 0; p < padded; p += 8) kernels.pack8(wide + p * width * 4, width * 4, width, panels + p * width * 4);
  const masks = arena.take(4 * padded);
  const orders = arena.take(4 * banks.length * padded);
  const maskOf = arena.ints(masks, padded);
  const orderOf = arena.ints(orders, banks.length * padded);
  for (const [b, picks] of banks.entries()) {
    picks.forEach((patch, order) => {
      const row = place.get(patch)!;
      if ((maskOf[row] >> b) & 1) return;
      maskOf[row] |= 1 << b;
      orderOf[b * padded + row] = order;
    });
  }
  const scratch = Array.from({ length: threads.count }, () => arena.take(perLane));
  const q = queries.length / d;
  const found = new Int32Array(new SharedArrayBuffer(4 * q * banks.length));
  const squared = sharedFloats(q * banks.length);
  const index = { rows: rowsAt, fine: fineAt, panels, masks, orders, padded, d, width, fineDims: fine, largest };
  const options = { banks: banks.length, slack: bank.slack + small.slack };
  const jobs = ranges(q, BLOCK).map(([from, to]) => [index, options, source, small.levels, found, squared, from, to]);
  await threads.each(TASK, arena, jobs, watch, scratch);
  return { patches: found.map((row) => union[row]), squared };
}
