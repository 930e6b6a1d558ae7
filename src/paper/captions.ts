import type { CellResult } from './cell-file.js';
import { cellName } from './grid.js';
import { greedyRatio } from './ratios.js';

/** The number of draws that most cells of a table have: figures over another number say so. */
export function usualDraws(results: readonly CellResult[]): number {
  const draws = new Map<string, number>();
  for (const { cell } of results) {
    const group = cellName({ ...cell, draw: 0 });
    draws.set(group, (draws.get(group) ?? 0) + 1);
  }
  const counts = [...draws.values()];
  const often = (n: number): number => counts.filter((count) => count === n).length;
  return counts.reduce((best, n) => (often(n) > often(best) || (often(n) === often(best) && n > best) ? n : best), 1);
}

/** `± is the standard deviation over n = 3 draws of noise and seeds`, or that there is one draw. */
export function spreadText(draws: number): string {
  if (draws === 1) return 'n = 1 draw of noise and seeds where no other n stands, ± the standard deviation over draws';
  return `± is the standard deviation over n = ${draws} draws of noise and seeds (n in brackets where it is another)`;
}

/** Backbone and ρ of results, ρ by category where it differs: `resnet18, ρ = 0.1 (screw), 0.01 (magnetic_tile)`. */
export function settingText(results: readonly CellResult[]): string {
  const banks = results.filter((result) => greedyRatio(result) !== null);
  const { features } = ((banks[0] ?? results[0])?.config ?? {}) as { features?: { backbone: string } };
  const byRatio = new Map<number, Set<string>>();
  for (const result of banks) {
    const ratio = greedyRatio(result)!;
    byRatio.set(ratio, (byRatio.get(ratio) ?? new Set()).add(result.cell.category));
  }
  const ratios = [...byRatio].sort(([a], [b]) => b - a);
  const names = ratios.map(([ratio, categories]) =>
    ratios.length > 1 ? `${ratio} (${[...categories].sort().join(', ')})` : String(ratio),
  );
  return [features?.backbone, names.length > 0 ? `ρ = ${names.join(', ')}` : ''].filter(Boolean).join(', ');
}
