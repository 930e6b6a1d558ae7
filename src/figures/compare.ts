import type { EvaluateResult } from '../experiment/evaluate.js';
import { type Figure, type FigureTable, markBest } from './table.js';

/** Image and pixel AUROC of methods on the same images as a table, the best of each in bold. */
export function compareTable(
  title: string,
  results: Readonly<Record<string, Pick<EvaluateResult, 'image' | 'pixel'>>>,
): FigureTable {
  const rows = Object.entries(results).map(([label, { image, pixel }]) => ({
    label,
    figures: [image.auroc, pixel.auroc].map((mean): Figure | null =>
      mean === null ? null : { mean, deviation: null },
    ),
  }));
  markBest(rows);
  return { title, caption: 'AUROC; bold is the best.', columns: ['image', 'pixel'], rows };
}
