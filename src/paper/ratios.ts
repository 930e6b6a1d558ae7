import type { CellResult } from './cell-file.js';
import { cellName, type Experiment, experimentCells } from './grid.js';

/** ρ of a result's greedy coreset; null where its system has none: flows, Gaussians, random memories. */
export function greedyRatio({ config }: CellResult): number | null {
  const { settings } = (config ?? {}) as { settings?: { sampler?: string; ratio?: number } };
  return settings?.sampler === 'greedy' ? (settings.ratio ?? null) : null;
}

/** The ρ of some results' greedy coresets, largest first. */
export function ratiosOf(results: readonly CellResult[]): number[] {
  const ratios = results.map(greedyRatio).filter((ratio) => ratio !== null);
  return [...new Set(ratios)].sort((a, b) => b - a);
}

/** Results of one ρ, and those that have none. */
export function atRatio(results: readonly CellResult[], ratio: number): CellResult[] {
  return results.filter((result) => (greedyRatio(result) ?? ratio) === ratio);
}

/** An experiment's results among some, whatever their ρ. */
export function resultsOf(experiment: Experiment, results: readonly CellResult[]): CellResult[] {
  const categories = [...new Set(results.map(({ cell }) => cell.category))].sort();
  const draws = Math.max(1, ...results.map(({ cell }) => cell.draw + 1));
  const names = new Set(experimentCells(experiment, categories, draws).map(cellName));
  return results.filter(({ cell }) => names.has(cellName(cell)));
}

/**
 * The results an experiment is written from where a folder holds several ρ: category by category those of the ρ at which most of its
 * systems and settings were computed, the larger of two. No category mixes two.
 */
export function chosenResults(experiment: Experiment, results: readonly CellResult[]): CellResult[] {
  const own = resultsOf(experiment, results);
  return [...new Set(own.map(({ cell }) => cell.category))].sort().flatMap((category) => {
    const here = own.filter(({ cell }) => cell.category === category);
    const ratio = fullestRatio(here);
    return ratio === null ? here : atRatio(here, ratio);
  });
}

/** The ρ with most distinct cells, draws apart. */
function fullestRatio(results: readonly CellResult[]): number | null {
  let best: number | null = null;
  let most = 0;
  for (const ratio of ratiosOf(results)) {
    const own = results.filter((result) => greedyRatio(result) === ratio);
    const cells = new Set(own.map(({ cell }) => cellName({ ...cell, draw: 0 }))).size;
    if (cells > most) [best, most] = [ratio, cells];
  }
  return best;
}
