import type { CellResult } from './cell-file.js';

/** The number of draws that most cells of a table have: figures over another number say so. */
export function usualDraws(results: readonly CellResult[]): number {
  const draws = new Map<string, number>();
  for (const { cell } of results) {
    const group = JSON.stringify({ ...cell, draw: 0 });
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

/** Backbone and ρ of results: PatchCore's where it is among them. */
export function settingText(results: readonly CellResult[]): string {
  const typical = results.find(({ cell }) => cell.system === 'patchcore') ?? results.at(0);
  const { features, settings } = (typical?.config ?? {}) as {
    features?: { backbone: string };
    settings?: { ratio?: number };
  };
  return [features?.backbone, settings?.ratio === undefined ? '' : `ρ = ${settings.ratio}`].filter(Boolean).join(', ');
}
