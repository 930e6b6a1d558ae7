import { groupStatistics } from '../figures/danfo.js';
import { type Figure, type FigureTable, markBest } from '../figures/table.js';
import type { CellResult } from './cell-file.js';
import { tableColumns } from './grid.js';
import { PUBLISHED, PUBLISHED_SECONDS } from './published.js';
import { paperSystem } from './systems.js';
import { timedCells } from './timing.js';

/** Tables made of AUROCs. */
export type AurocTable = 'table-5' | 'table-6' | 'table-7';

const TITLES: Record<AurocTable, string> = {
  'table-5': 'Table 5: pixel AUROC at r = 0.1',
  'table-6': 'Table 6: image AUROC at r = 0.1, overlap',
  'table-7': 'Table 7: pixel AUROC at r = 0.1, overlap',
};

/** A row of results as plain values: what a DataFrame is made of. */
export interface ResultRow extends Record<string, string | number | null> {
  category: string;
  system: string;
  setting: string;
  ratio: number;
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
            ratio: cell.ratio,
            draw: cell.draw,
            image: evaluate.image.auroc,
            pixel: evaluate.pixel.auroc,
          },
        ]
      : [],
  );
}

export const settingName = (overlap: boolean): string => (overlap ? 'overlap' : 'no overlap');

/**
 * One of the paper's AUROC tables: a row a system, a column a category and their mean, ± deviation over draws, the
 * paper's value beside. The paper's mean is over 15 categories, so it stands beside ours only when all are there; its numbers
 * are WideResNet50's. Table 7's columns that repeat detection numbers are compared with the corrected ones, the printed ones
 * stand last.
 */
export async function aurocTable(name: AurocTable, results: readonly CellResult[]): Promise<FigureTable> {
  const metric = name === 'table-6' ? 'image' : 'pixel';
  const rows = resultRows(results);
  const categories = [...new Set(rows.map(({ category }) => category))].sort();
  const statistics = await groupStatistics(rows, ['system', 'setting', 'category'], metric);
  const own = tableColumns(name).map(({ system, overlap }) => {
    const published = PUBLISHED.find((p) => p.table === name && p.system === system && p.overlap === overlap);
    const figures = categories.map((category): Figure | null => {
      const found = statistics.find(
        ({ group }) => group.system === system && group.setting === settingName(overlap) && group.category === category,
      );
      return found ? { ...found, paper: published?.categories?.[category] } : null;
    });
    const label = `${paperSystem(system).label}${name === 'table-5' ? `, ${settingName(overlap)}` : ''}`;
    const whole = figures.every((figure) => figure !== null);
    const mean: Figure | null = whole
      ? { mean: figures.reduce((sum, figure) => sum + figure!.mean, 0) / figures.length, deviation: null }
      : null;
    const paper = published?.corrected ?? published?.mean;
    if (mean && categories.length === 15 && paper !== null && paper !== undefined) mean.paper = paper;
    const beside = [paper, ...(name === 'table-7' ? [published?.mean] : [])].map((value): Figure | null =>
      value === null || value === undefined ? null : { mean: value, deviation: null },
    );
    return { label, overlap, figures: [...figures, mean], beside };
  });
  for (const overlap of [true, false]) markBest(own.filter((row) => row.overlap === overlap));
  return {
    title: TITLES[name],
    caption: captionOf(name, results, own),
    columns: [...categories, 'mean', 'paper, 15 categories', ...(name === 'table-7' ? ['as printed'] : [])],
    rows: own.map(({ label, figures, beside }) => ({ label, figures: [...figures, ...beside] })),
  };
}

function captionOf(name: AurocTable, results: readonly CellResult[], rows: readonly unknown[]): string {
  if (results.length === 0) return 'Nothing was measured yet.';
  const printed =
    name === 'table-7'
      ? ' The paper’s column holds the localisation numbers of Table 5 where the printed one repeats Table 6.'
      : '';
  return (
    `${rows.length} systems, ${drawsText(results)}, ${settingText(results)}; ` +
    `± is the deviation over draws, bold the best of its setting; the paper uses wide_resnet50_2 and ρ = 0.1.${printed}`
  );
}

/** `3 draws of noise and seeds`. */
export function drawsText(results: readonly CellResult[]): string {
  const draws = new Set(results.map(({ cell }) => cell.draw)).size;
  return `${draws} draw${draws === 1 ? '' : 's'} of noise and seeds`;
}

/** Backbone and ρ of results: PatchCore's where it is among them. */
export function settingText(results: readonly CellResult[]): string {
  const typical = results.find(({ cell }) => cell.system === 'patchcore') ?? results.at(0);
  const { features, settings } = (typical?.config ?? {}) as {
    features?: { backbone: string };
    settings?: { ratio?: number };
  };
  return [features?.backbone, settings?.ratio === undefined ? '' : `ρ = ${settings.ratio}`].filter(Boolean).join(', ');
}

/** Table 8 in seconds: stages of training and inference of the timed systems beside the paper's totals. */
export function timingTable(results: readonly CellResult[]): FigureTable {
  const timed = timedCells(results);
  const total = (stages: Record<string, number>): number =>
    Object.values(stages).reduce((sum, value) => sum + value, 0);
  const seconds = (value: number, paper: number | undefined): Figure => ({ mean: value, deviation: null, paper });
  return {
    title: 'Table 8: seconds a category, training and inference',
    caption:
      `Median of ${timed[0]?.timing?.repeats ?? 0} runs after a warm-up, decoding included; ${settingText(timed)}, ` +
      `${timed[0]?.timing?.machine ?? ''}. The paper's: RTX TITAN, wide_resnet50_2, ρ = 0.1, mean over 15 categories.`,
    columns: ['train', 'infer'],
    digits: 1,
    rows: timed.map(({ cell, timing }) => {
      const published = PUBLISHED_SECONDS.find(({ system }) => system === cell.system);
      return {
        label: `${paperSystem(cell.system).label}, ${cell.category}`,
        figures: [seconds(total(timing!.train), published?.train), seconds(total(timing!.infer), published?.infer)],
      };
    }),
  };
}
