import type { SweepResult } from '../analysis/sweep.js';
import { checkBankConfig } from '../detector/config.js';
import { renderPng } from '../figures/render.js';
import { sweepChart } from '../figures/sweep-curve.js';
import { renderChart } from '../figures/vega.js';
import { writeAtomically } from '../storage/atomic.js';
import { figure, textTable } from './table.js';

/** A point of a curve with its settings resolved; null where there is no such figure. */
export interface FlatRow {
  tau: number;
  k: number;
  ratio: number;
  image: number | null;
  pixel: number | null;
  coresetNoise: number | null;
  precision: number | null;
  recall: number | null;
}

/** A row a point. */
export function flat({ rows, config }: SweepResult): (FlatRow & Record<string, number | null>)[] {
  const bank = checkBankConfig(config.settings);
  return rows.map(({ point, image, pixel, diagnostics }) => ({
    tau: point.tau ?? bank.tau,
    k: point.k ?? bank.k,
    ratio: point.ratio ?? bank.ratio,
    image: image.auroc,
    pixel: pixel.auroc,
    coresetNoise: diagnostics.coresetNoiseShare,
    precision: diagnostics.removalPrecision,
    recall: diagnostics.removalRecall,
  }));
}

/** Point by point the mean over categories, of those that have the figure. */
export function meanCurve(curves: readonly (readonly FlatRow[])[]): (FlatRow & Record<string, number | null>)[] {
  return curves[0].map((first, p) => {
    const mean = (of: 'image' | 'pixel' | 'coresetNoise' | 'precision' | 'recall'): number | null => {
      const values = curves.map((rows) => rows[p][of]).filter((value) => value !== null);
      return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
    };
    const { tau, k, ratio } = first;
    const [image, pixel, coresetNoise] = [mean('image'), mean('pixel'), mean('coresetNoise')];
    return { tau, k, ratio, image, pixel, coresetNoise, precision: mean('precision'), recall: mean('recall') };
  });
}

/** The figures as text. */
export function curveTable(rows: readonly FlatRow[]): string {
  const lines = rows.map((row) =>
    [
      row.tau,
      row.k,
      row.ratio,
      ...[row.image, row.pixel, row.coresetNoise, row.precision, row.recall].map((value) => figure(value, 4)),
    ].map(String),
  );
  return textTable(['τ', 'k', 'ρ', 'image AUROC', 'pixel AUROC', 'coreset noise', 'precision', 'recall'], lines);
}

/** The curve over τ, the configured τ marked. */
export async function writeSweepChart(path: string, rows: readonly FlatRow[], chosen: unknown): Promise<void> {
  const svg = await renderChart(sweepChart(rows, Number(chosen)));
  await writeAtomically(path, path.endsWith('.png') ? renderPng(svg, 300 / 72) : svg);
}
