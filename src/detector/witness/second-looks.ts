import type { Others } from '../nearest-others.js';

/** Rows of a coreset among the patches they were selected from. */
export interface SelectedRows {
  /** [rows] training patch of each row. */
  picks: Int32Array;
  /** Patches an image. */
  positions: number;
  /** [images] pictures: copies of one have equal values. */
  groups: Int32Array;
  /** Other images looked at of each patch. */
  m: number;
  /** Pictures that must agree. */
  witnesses: number;
}

/** A training patch that the coreset left out, beside a row that stands for it. */
export interface SecondLook {
  patch: number;
  row: number;
}

/** Share of a row's distance to other pictures' rows within which a patch shows the same look. */
const CLOSE = 0.5;

/**
 * Second looks (docs/cleaning.md 5). A coreset keeps one of many alike patches, so among rows alone images cannot agree even where
 * they do: the one row that stands for a look would have no witness. Beside each row go, of the pictures that have it among the
 * nearest of one of their patches, the nearest patches of the `witnesses` − 1 nearest pictures, unless they are rows themselves or lie
 * no closer than half as far as the row's nearest in another picture: then they are neighbours of a rare look, not the same one.
 * @returns in the order of the rows; a patch stands there once for each row it is beside.
 */
export function secondLooks(others: Others, { picks, positions, groups, m, witnesses }: SelectedRows): SecondLook[] {
  const rowOf = new Map(Array.from(picks, (pick, row) => [pick, row]));
  const nearest = Array.from(picks, () => new Map<number, { patch: number; squared: number }>());
  others.patches.forEach((pick, entry) => {
    const row = rowOf.get(pick);
    if (row === undefined) return;
    const patch = Math.floor(entry / m);
    const group = groups[Math.floor(patch / positions)];
    const squared = others.squared[entry];
    const known = nearest[row].get(group);
    if (!known || squared < known.squared) nearest[row].set(group, { patch, squared });
  });
  return nearest.flatMap((pictures, row) =>
    [...pictures.values()]
      .sort((a, b) => a.squared - b.squared || a.patch - b.patch)
      .slice(0, Math.max(0, witnesses - 1))
      .filter(({ patch, squared }) => squared < CLOSE ** 2 * others.squared[picks[row] * m] && !rowOf.has(patch))
      .map(({ patch }) => ({ patch, row })),
  );
}
