import type { Figure, FigureTable } from '../figures/table.js';
import { AUTHORS_README, PUBLISHED_SECONDS, publishedColumns, publishedMean, repeatsTable6 } from './published.js';
import { AUROC_TABLES, type AurocTable, PUBLISHED_CATEGORIES } from './published-cells.js';
import { settingName } from './result-rows.js';
import { paperSystem } from './systems.js';
import { AUROC_TITLES } from './tables.js';

/** Experiments the paper, or the authors' README, prints numbers of. */
export type PublishedTable = AurocTable | 'table-8' | 'authors-readme';
export const PUBLISHED_TABLES: readonly PublishedTable[] = [...AUROC_TABLES, 'table-8', 'authors-readme'];

/** A table as the paper prints it: a row a category, a column a system, its Average row last. */
export function publishedTable(name: PublishedTable): FigureTable {
  if (name === 'table-8') return publishedSeconds();
  return name === 'authors-readme' ? publishedReadme() : publishedAurocs(name);
}

const exactly = (mean: number): Figure => ({ mean, deviation: null });

function publishedAurocs(name: AurocTable): FigureTable {
  const columns = publishedColumns(name);
  const average = columns.some(({ printedAverage }) => printedAverage !== undefined);
  const rows = PUBLISHED_CATEGORIES.map((label, i) => ({
    label,
    figures: columns.map(({ cells }) => exactly(cells[i])),
  }));
  const means = columns.map((column) => exactly(publishedMean(column)));
  const printed = columns.map(({ printedAverage }) => (printedAverage === undefined ? null : exactly(printedAverage)));
  const repeated = columns.filter(repeatsTable6).map(({ system }) => paperSystem(system).label);
  const note = repeated.length > 0 ? ` ${repeated.join(', ')} repeat Table 6: detection, not localisation.` : '';
  return {
    title: `The paper’s ${AUROC_TITLES[name]}`,
    caption: `As printed in the appendix: wide_resnet50_2, ρ = 0.1, one run. The mean is computed here.${note}`,
    columns: columns.map(
      ({ system, overlap }) => paperSystem(system).label + (name === 'table-5' ? `, ${settingName(overlap)}` : ''),
    ),
    absent: 'the paper prints none',
    rows: [
      ...rows,
      { label: 'mean', figures: means },
      ...(average ? [{ label: 'Average, as printed', figures: printed }] : []),
    ],
  };
}

function publishedSeconds(): FigureTable {
  return {
    title: 'The paper’s Table 8: seconds a category, training and inference',
    caption: 'As printed in the appendix: mean over the 15 categories, RTX TITAN with 24 GB, wide_resnet50_2, ρ = 0.1.',
    columns: ['train', 'infer'],
    digits: 4,
    rows: PUBLISHED_SECONDS.map(({ system, train, infer }) => ({
      label: paperSystem(system).label,
      figures: [exactly(train), exactly(infer)],
    })),
  };
}

function publishedReadme(): FigureTable {
  const rows = Object.entries(AUTHORS_README);
  const mean = (m: 0 | 1): Figure => exactly(rows.reduce((sum, [, pair]) => sum + pair[m], 0) / rows.length);
  return {
    title: 'SoftPatch-LOF in the authors’ README: r = 0.1, no overlap',
    caption: 'As claimed there: wide_resnet50_2, ρ = 0.1, one run. The mean is computed here.',
    columns: ['image', 'pixel'],
    rows: [
      ...rows.map(([label, pair]) => ({ label, figures: pair.map(exactly) })),
      { label: 'mean', figures: [mean(0), mean(1)] },
    ],
  };
}
