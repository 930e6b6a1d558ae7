import { type Rows, rowCount } from '../../engine/rows.js';
import type { Compute } from '../../engine/stage.js';
import { sharedFloats } from '../../kernels/arena.js';
import type { Watch } from '../../progress.js';
import { type GroupIndex, INDEX_GROUPS } from '../group-index.js';

/** Coreset rows in two parts: those that count, and those that count only where several images agree. */
export interface WitnessedBank {
  /** [rows × dimensions] */
  rows: Float32Array;
  /** [rows] picture of each row. */
  groups: Int32Array;
  /** [rows] of 1 (doubted) and 0. */
  doubted: Uint8Array;
}

/** Patch distances with witnesses. */
export interface WitnessedIndex {
  /**
   * Squared distance of each query to its nearest trusted row or, where nearer, to the farthest of the nearest doubted rows of
   * `witnesses` distinct pictures. @param own [q] picture passed over by each query, or null.
   */
  distances(queries: Rows, own: Int32Array | null, watch?: Watch): Promise<Float32Array>;
}

/** Indexes both parts (docs/cleaning.md 5). @param witnesses pictures that must agree, from 1; 0 never counts doubted rows. */
export async function indexWitnessed(
  compute: Pick<Compute, 'run'>,
  bank: WitnessedBank,
  witnesses: number,
): Promise<WitnessedIndex> {
  const d = bank.rows.length / bank.groups.length;
  const trusted = await part(compute, bank, 0, 1);
  const doubted = witnesses > 0 ? await part(compute, bank, 1, witnesses) : null;
  return {
    async distances(queries, own, watch) {
      const out = sharedFloats(rowCount(queries, d)).fill(Number.POSITIVE_INFINITY);
      for (const [index, m] of [
        [trusted, 1],
        [doubted, witnesses],
      ] as const) {
        const { squared } = (await index?.search(queries, own, watch)) ?? { squared: null };
        if (squared) for (let q = 0; q < out.length; q++) out[q] = Math.min(out[q], squared[q * m + m - 1]);
      }
      return out;
    },
  };
}

/** Index of the rows with this mark; null where there are none. */
async function part(
  compute: Pick<Compute, 'run'>,
  { rows, groups, doubted }: WitnessedBank,
  mark: number,
  m: number,
): Promise<GroupIndex | null> {
  const own = Int32Array.from(groups.keys()).filter((row) => doubted[row] === mark);
  if (own.length === 0) return null;
  const d = rows.length / groups.length;
  return compute.run(INDEX_GROUPS, { bank: rows, d, picks: own, groups: own.map((row) => groups[row]), m });
}
