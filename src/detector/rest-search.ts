import type { Compute } from '../engine/stage.js';
import { gatherRows } from '../kernels/gather-rows.js';
import type { Watch } from '../progress.js';
import { INDEX_NEIGHBOURS, type NeighbourIndex, type Neighbours } from './neighbours.js';
import { NO_ROW } from './no-row.js';

/** What is known of queries: the nearest row of each in a bank of the same patches, and whether another is as near. */
export type Known = Required<Neighbours>;

/** Nearest rows of a bank, given those in relatives of it: banks of the same patches. */
export interface RestSearch {
  /**
   * @param queries [q × d]. @param known of each relative [q × 1]. @returns [q × 1], the bytes of a search in the whole bank; null where an
   * index does not tell ties. @throws Cancelled.
   */
  search(queries: Float32Array, known: readonly Known[], watch?: Watch): Promise<Known | null>;
}

/**
 * Searches only what relatives leave open. A query whose nearest row in a relative is a row of this bank, too, has none nearer among all rows
 * that both share: only the rest of the bank is searched, no farther than that. The others search the whole bank.
 * @param bank its rows [m × d] and picks. @param relatives their picks.
 */
export function restSearch(
  compute: Pick<Compute, 'run'>,
  { rows, picks }: { rows: Float32Array; picks: Int32Array },
  relatives: readonly Int32Array[],
): RestSearch {
  const d = rows.length / picks.length;
  const rowOf = new Map(Array.from(picks, (patch, row) => [patch, row] as const).reverse());
  const shared = relatives.map((own) => new Set(own));
  // By the relatives whose rows are left out, as bits.
  const parts = new Map<number, ReturnType<typeof make>>();
  const make = async (mask: number): Promise<{ rows: Int32Array; index: NeighbourIndex | null }> => {
    const left = Int32Array.from(picks.keys()).filter((row) =>
      shared.every((own, r) => !((mask >> r) & 1) || !own.has(picks[row])),
    );
    const bank = left.length === picks.length ? rows : gatherRows(rows, d, left);
    return { rows: left, index: left.length > 0 ? await compute.run(INDEX_NEIGHBOURS, { bank, d, k: 1 }) : null };
  };
  const partOf = (mask: number): ReturnType<typeof make> => {
    const known = parts.get(mask) ?? make(mask);
    parts.set(mask, known);
    return known;
  };
  return {
    async search(queries, known, watch) {
      const count = queries.length / d;
      const answer = { rows: new Int32Array(count), squared: new Float32Array(count), tied: new Uint8Array(count) };
      const groups = new Map<number, number[]>();
      for (let q = 0; q < count; q++) {
        let mask = 0;
        let best = { row: NO_ROW, squared: Number.POSITIVE_INFINITY, tied: 0 };
        for (const [r, { rows: found, squared, tied }] of known.entries()) {
          const row = rowOf.get(relatives[r][found[q]]);
          if (row === undefined) continue;
          mask |= 1 << r;
          const own = { row, squared: squared[q], tied: tied[q] };
          if (own.squared === best.squared && own.row !== best.row) best.tied = 1;
          else if (own.squared === best.squared) best.tied |= own.tied;
          else if (own.squared < best.squared) best = own;
        }
        // Which of several rows as near comes first, only a search of all of them tells.
        if (best.tied) [mask, best] = [0, { row: NO_ROW, squared: Number.POSITIVE_INFINITY, tied: 0 }];
        answer.rows[q] = best.row;
        answer.squared[q] = best.squared;
        const group = groups.get(mask) ?? [];
        group.push(q);
        groups.set(mask, group);
      }
      for (const [mask, group] of groups) {
        const { rows: left, index } = await partOf(mask);
        if (!index) continue;
        const some = Int32Array.from(group);
        const within = Float32Array.from(group, (q) => answer.squared[q]);
        const found = await index.search(gatherRows(queries, d, some), { ...watch, within });
        if (!found.tied) return null;
        for (const [i, q] of group.entries()) {
          if (found.rows[i] === NO_ROW) continue;
          const row = left[found.rows[i]];
          const asNear = found.squared[i] === answer.squared[q];
          answer.rows[q] = asNear ? Math.min(row, answer.rows[q]) : row;
          answer.squared[q] = found.squared[i];
          answer.tied[q] = found.tied[i];
        }
      }
      return answer;
    },
  };
}
