import { INDEX_NEIGHBOURS, type Neighbours } from '../detector/neighbours.js';
import { NO_ROW } from '../detector/no-row.js';
import type { Compute } from '../engine/stage.js';
import { gatherRows } from '../kernels/gather-rows.js';
import type { Progress } from '../progress.js';

/** Removed rows kept a query at most: at some cut each is the nearest. */
export const DEPTH = 16;

/** A bank that cuts of many heights filter. */
export interface FilteredBank {
  /** [m × d] */
  rows: Float32Array;
  d: number;
  /** [m] a row is removed where its weight lies above the cut. */
  weights: Float32Array;
  /** Rows up to this weight stay at every cut that is asked about. */
  lowest: number;
}

/** What any cut leaves as nearest. */
export interface NearestKept extends Neighbours {
  /** Entries a query; the last is the farthest there is, unused ones before it name {@link NO_ROW}. */
  depth: number;
}

/**
 * Of every query the rows that are among its k nearest at some cut from `lowest` on: its k nearest rows that always stay, and those that some
 * cut removes and that lie no farther, at most {@link DEPTH} of these. Exact wherever not all of so many are removed.
 * @param queries [q × d]. @throws Cancelled.
 */
export async function nearestKept(
  compute: Pick<Compute, 'run'>,
  { rows, d, weights, lowest }: FilteredBank,
  k: number,
  queries: Float32Array,
  { stage, signal }: { stage: () => Progress; signal?: AbortSignal },
): Promise<NearestKept> {
  const all = Int32Array.from(weights.keys());
  const stay = all.filter((row) => weights[row] <= lowest);
  const leave = all.filter((row) => !(weights[row] <= lowest));
  const count = queries.length / d;
  const search = async (some: Int32Array, most: number, within?: Float32Array): Promise<Neighbours> => {
    if (some.length === 0) return { rows: new Int32Array(0), squared: new Float32Array(0) };
    const index = await compute.run(INDEX_NEIGHBOURS, { bank: gatherRows(rows, d, some), d, k: most });
    return index.search(queries, { progress: stage(), signal, within });
  };
  const near = await search(stay, k);
  const own = near.rows.length / count;
  // With fewer than k that stay, any other may come next.
  const within = Float32Array.from({ length: count }, (_, q) =>
    own < k ? Number.POSITIVE_INFINITY : near.squared[(q + 1) * own - 1],
  );
  const far = await search(leave, DEPTH, within);
  const others = far.rows.length / count;
  const depth = own + others;
  const found = { rows: new Int32Array(count * depth).fill(NO_ROW), squared: new Float32Array(count * depth), depth };
  for (let q = 0; q < count; q++) {
    const entries: [row: number, squared: number][] = [];
    for (let j = q * own; j < (q + 1) * own; j++) entries.push([stay[near.rows[j]], near.squared[j]]);
    for (let j = q * others; j < (q + 1) * others; j++) {
      // An index may find farther ones, too.
      if (far.rows[j] !== NO_ROW && far.squared[j] <= within[q]) entries.push([leave[far.rows[j]], far.squared[j]]);
    }
    entries.sort(([a, x], [b, y]) => x - y || a - b);
    const last = entries.pop()!;
    for (const [j, [row, squared]] of entries.entries()) {
      found.rows[q * depth + j] = row;
      found.squared[q * depth + j] = squared;
    }
    [found.rows[(q + 1) * depth - 1], found.squared[(q + 1) * depth - 1]] = last;
  }
  return found;
}
