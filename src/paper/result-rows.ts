import type { CellResult } from './cell-file.js';

/** A row of results as plain values: what a DataFrame is made of. */
export interface ResultRow extends Record<string, string | number | null> {
  category: string;
  system: string;
  setting: string;
  noise: number;
  draw: number;
  image: number | null;
  pixel: number | null;
}

/** Evaluated cells as rows. */
export function resultRows(results: readonly CellResult[]): ResultRow[] {
  return results.flatMap(({ cell, evaluate }) =>
    evaluate
      ? [
          {
            category: cell.category,
            system: cell.system,
            setting: settingName(cell.overlap),
            noise: cell.noise,
            draw: cell.draw,
            image: evaluate.image.auroc,
            pixel: evaluate.pixel.auroc,
          },
        ]
      : [],
  );
}

export const settingName = (overlap: boolean): string => (overlap ? 'overlap' : 'no overlap');
