import type { Figure, FigureTable } from '../figures/table.js';
import { AUTHORS_CODE } from './authors-code.js';
import { settingText, spreadText, usualDraws } from './captions.js';
import type { CellResult } from './cell-file.js';
import { TABLE_NOISE } from './grid.js';
import { publishedCell, publishedColumn, sharedCategories } from './published.js';
import { meanAndDeviation } from './statistics.js';
import { paperSystem } from './systems.js';

/** The systems a newcomer compares. */
const SYSTEMS = ['padim-star', 'cflow', 'patchcore', 'padim-star+patchcore', 'softpatch-lof'];
const METRICS = [
  { metric: 'image', table: 'table-6' },
  { metric: 'pixel', table: 'table-7' },
] as const;

/** Ours, the authors' code and the paper side by side on the paper's categories, r = 0.1 with overlap. */
export function summaryTable(results: readonly CellResult[]): FigureTable {
  const own = results.filter(
    ({ cell, evaluate }) =>
      evaluate && !cell.images && cell.overlap && cell.noise === TABLE_NOISE && SYSTEMS.includes(cell.system),
  );
  const categories = sharedCategories([...new Set(own.map(({ cell }) => cell.category))].sort());
  const shown = own.filter(({ cell }) => categories.includes(cell.category));
  const draws = usualDraws(shown);
  const exactly = (mean: number | undefined): Figure | null => (mean === undefined ? null : { mean, deviation: null });
  const rowOf = (category: string, system: string): FigureTable['rows'][number] => {
    const cells = shown.filter(({ cell }) => cell.category === category && cell.system === system);
    const authors = AUTHORS_CODE[category]?.find((figures) => figures.system === system);
    const figures = METRICS.flatMap(({ metric, table }) => {
      const values = cells.map(({ evaluate }) => evaluate![metric].auroc).filter((value) => value !== null);
      const ours = values.length > 0 ? { ...meanAndDeviation(values), count: values.length } : null;
      const paper = publishedCell(publishedColumn(table, system, true), category);
      return [ours, exactly(authors?.[metric].overlap), exactly(paper)];
    });
    return { label: `${category}: ${paperSystem(system).label}`, figures };
  };
  return {
    title: 'Trained on dirty data: AUROC at r = 0.1, overlap',
    caption:
      `Ours: ${settingText(shown)}; ${spreadText(draws)}. The authors’ code: resnet18, ρ = 0.1, one run. The paper: wide_resnet50_2, ` +
      'ρ = 0.1, one run, the same categories.',
    columns: METRICS.flatMap(({ metric }) => [`${metric}: ours`, `${metric}: authors’ code`, `${metric}: paper`]),
    draws,
    absent: 'there is no such run',
    rows: categories
      .flatMap((category) => SYSTEMS.map((system) => rowOf(category, system)))
      .filter(({ figures }) => figures[0] !== null),
  };
}
