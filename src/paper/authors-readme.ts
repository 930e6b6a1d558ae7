import { groupStatistics } from '../figures/danfo.js';
import type { Figure, FigureTable } from '../figures/table.js';
import { settingText, spreadText, usualDraws } from './captions.js';
import type { CellResult } from './cell-file.js';
import { AUTHORS_README } from './published.js';
import { resultRows } from './result-rows.js';

/**
 * SoftPatch-LOF category by category beside the authors' README, r = 0.1 without overlap. Both means of the last row are over the
 * categories that both have, so they can be compared whichever those are.
 */
export async function authorsReadmeTable(results: readonly CellResult[]): Promise<FigureTable> {
  const rows = resultRows(results);
  const categories = [...new Set(rows.map(({ category }) => category))].sort();
  const metrics = ['image', 'pixel'] as const;
  const columns = await Promise.all(
    metrics.map(async (metric, m): Promise<(Figure | null)[]> => {
      const statistics = await groupStatistics(rows, ['category'], metric);
      const figures = categories.map((category): Figure | null => {
        const found = statistics.find(({ group }) => group.category === category);
        return found ? { ...found, paper: AUTHORS_README[category]?.[m] } : null;
      });
      const shared = figures.filter((figure) => figure?.paper !== undefined) as Required<Figure>[];
      const mean = (of: 'mean' | 'paper'): number =>
        shared.reduce((sum, figure) => sum + figure[of], 0) / shared.length;
      return [...figures, shared.length > 0 ? { mean: mean('mean'), deviation: null, paper: mean('paper') } : null];
    }),
  );
  const draws = usualDraws(results);
  const common = categories.filter((category) => AUTHORS_README[category]).length;
  return {
    title: 'SoftPatch-LOF beside the authors’ README: r = 0.1, no overlap',
    caption: `AUROC; ours: ${settingText(results)}; ${spreadText(draws)}. The README’s: wide_resnet50_2, ρ = 0.1, one run.`,
    draws,
    beside: 'README',
    columns: ['image', 'pixel'],
    rows: [...categories, `mean of the README’s ${common}`].map((label, i) => ({
      label,
      figures: columns.map((column) => column[i]),
    })),
  };
}
