import { groupStatistics } from '../figures/danfo.js';
import { type Figure, type FigureTable, markBest } from '../figures/table.js';
import { settingText, spreadText, usualDraws } from './captions.js';
import type { CellResult } from './cell-file.js';
import { tableColumns } from './grid.js';
import { publishedCell, publishedColumn, publishedColumns, publishedMean, sharedCategories } from './published.js';
import type { AurocTable } from './published-cells.js';
import { type ResultRow, resultRows, settingName } from './result-rows.js';
import { paperSystem } from './systems.js';

/** What each table measures, as its title says. */
export const AUROC_TITLES: Record<AurocTable, string> = {
  'table-5': 'Table 5: pixel AUROC at r = 0.1',
  'table-6': 'Table 6: image AUROC at r = 0.1, overlap',
  'table-7': 'Table 7: pixel AUROC at r = 0.1, overlap',
};

/**
 * One of the paper's AUROC tables: a row a system, a column a category, ± deviation over draws, the paper's cell of the same category
 * beside. The mean is over the categories the paper has too, and the paper's beside it over the same ones; what it prints over all fifteen
 * stands apart and says so. Table 7's columns that repeat detection numbers are compared with the localisation numbers of Table 5; what
 * is printed there stands last.
 */
export async function aurocTable(name: AurocTable, results: readonly CellResult[]): Promise<FigureTable> {
  const metric = name === 'table-6' ? 'image' : 'pixel';
  const rows = resultRows(results);
  const categories = [...new Set(rows.map(({ category }) => category))].sort();
  const shared = sharedCategories(categories);
  const averaged = shared.length > 0 ? shared : categories;
  const statistics = await groupStatistics(rows, ['system', 'setting', 'category'], metric);
  const means = averaged.length > 1 ? await meansOverCategories(rows, averaged, metric) : [];
  const printed = publishedColumns(name);
  const own = tableColumns(name).map(({ system, overlap }) => {
    const published = publishedColumn(name, system, overlap);
    const asPrinted = printed.find((column) => column.system === system && column.overlap === overlap);
    const mine = ({ group }: { group: Record<string, string> }): boolean =>
      group.system === system && group.setting === settingName(overlap);
    const figures = categories.map((category): Figure | null => {
      const found = statistics.find((row) => mine(row) && row.group.category === category);
      return found ? { ...found, paper: publishedCell(published, category) } : null;
    });
    const mean = means.find(mine);
    const paperMean = published && shared.length > 0 ? publishedMean(published, shared) : undefined;
    const label = `${paperSystem(system).label}${name === 'table-5' ? `, ${settingName(overlap)}` : ''}`;
    const beside = [published, ...(name === 'table-7' ? [asPrinted] : [])].map((column): Figure | null =>
      column ? { mean: publishedMean(column), deviation: null } : null,
    );
    const average = averaged.length > 1 ? [mean ? { ...mean, paper: paperMean } : null] : [];
    return { label, overlap, figures: [...figures, ...average], beside };
  });
  for (const overlap of [true, false]) markBest(own.filter((row) => row.overlap === overlap));
  const draws = usualDraws(results);
  return {
    title: AUROC_TITLES[name],
    caption: captionOf(name, results, draws),
    draws,
    columns: [
      ...categories,
      ...(averaged.length > 1 ? [`mean of ${averaged.length > 3 ? averaged.length : averaged.join(', ')}`] : []),
      'paper, mean of all 15',
      ...(name === 'table-7' ? ['as printed, mean of all 15'] : []),
    ],
    rows: own.map(({ label, figures, beside }) => ({ label, figures: [...figures, ...beside] })),
  };
}

/** Means over categories, draw by draw, and their statistics over the draws that have all of these categories. */
async function meansOverCategories(
  rows: readonly ResultRow[],
  categories: readonly string[],
  metric: 'image' | 'pixel',
): ReturnType<typeof groupStatistics> {
  const present = rows.filter((row) => categories.includes(row.category));
  const means = await groupStatistics(
    present.map((row) => ({ ...row, draw: String(row.draw) })),
    ['system', 'setting', 'draw'],
    metric,
  );
  const whole = means.filter(({ count }) => count === categories.length);
  return groupStatistics(
    whole.map(({ group, mean }) => ({ ...group, mean })),
    ['system', 'setting'],
    'mean',
  );
}

function captionOf(name: AurocTable, results: readonly CellResult[], draws: number): string {
  if (results.length === 0) return 'Nothing was measured yet.';
  const printed =
    name === 'table-7'
      ? ' Beside ours stand the localisation numbers of Table 5 where the printed column repeats Table 6.'
      : '';
  return (
    `Ours: ${settingText(results)}; ${spreadText(draws)}; bold is the best of its setting. In brackets the paper’s cell of the same ` +
    `category (wide_resnet50_2, ρ = 0.1, one run) and the difference.${printed}`
  );
}
