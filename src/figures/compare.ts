import type { EvaluateResult } from '../experiment/evaluate.js';
import type { Figure, FigureTable } from './paper/formats.js';

/** Image and pixel AUROC of methods on the same images as a table, the best of each in bold. */
export function compareTable(
  title: string,
  results: Readonly<Record<string, Pick<EvaluateResult, 'image' | 'pixel'>>>,
): FigureTable {
  const rows = Object.entries(results).map(([label, { image, pixel }]) => ({
    label,
    values: [image.auroc, pixel.auroc],
  }));
  const best = [0, 1].map((c) => Math.max(...rows.map(({ values }) => values[c] ?? Number.NEGATIVE_INFINITY)));
  return {
    title,
    caption: 'AUROC; bold is the best.',
    columns: ['image', 'pixel'],
    rows: rows.map(({ label, values }) => ({
      label,
      figures: values.map((mean, c): Figure | null =>
        mean === null ? null : { mean, deviation: null, ...(mean === best[c] && { best: true }) },
      ),
    })),
  };
}
