import type { Random } from '../random.js';
import type { CellResult } from './cell-file.js';
import { TABLE_NOISE } from './grid.js';
import { publishedCell, publishedColumn } from './published.js';
import { bootstrapContrast, type Interval, meanAndDeviation, pairedInterval, type Term } from './statistics.js';

/** An evaluated cell of a contrast, counted with a sign. */
export interface ContrastTerm {
  sign: 1 | -1;
  system: string;
  /** r; 0: without noise. */
  noise: number;
  overlap: boolean;
}

/** A signed sum of AUROCs that a claim is about. */
export interface Contrast {
  /** E.g. `PatchCore’s fall − CFLOW’s fall`. */
  label: string;
  metric: 'image' | 'pixel';
  terms: readonly ContrastTerm[];
}

/** What was measured of a contrast. */
export interface ContrastEvidence {
  /** Number of draws that have all terms. */
  draws: number;
  mean: number;
  /** Over draws of noise and seeds; null for one draw. */
  overDraws: Interval | null;
  /** Over test images; null without stored scores, for pixels, and where the terms were tested on different images. */
  overImages: Interval | null;
  /** The same sum of the paper's cells of the category; undefined where it does not print all of them. */
  paper?: number;
}

/** A contrast on one category, paired over draws. @param results of one ρ. @returns null where no draw has all terms. */
export function contrastOn(
  { metric, terms }: Contrast,
  category: string,
  results: readonly CellResult[],
  random: Random,
): ContrastEvidence | null {
  const own = results.filter(({ cell, evaluate }) => evaluate && cell.category === category && !cell.images);
  const found = (term: ContrastTerm, draw: number): CellResult | undefined =>
    own.find(
      ({ cell }) =>
        cell.system === term.system &&
        cell.noise === term.noise &&
        (term.noise === 0 || cell.overlap === term.overlap) &&
        cell.draw === draw,
    );
  const draws = [...new Set(own.map(({ cell }) => cell.draw))].sort((a, b) => a - b);
  const cells = draws
    .map((draw) => terms.map((term) => ({ sign: term.sign, evaluate: found(term, draw)?.evaluate })))
    .filter((all) => all.every(({ evaluate }) => typeof evaluate?.[metric].auroc === 'number'));
  if (cells.length === 0) return null;
  const values = cells.map((all) => all.reduce((sum, { sign, evaluate }) => sum + sign * evaluate![metric].auroc!, 0));
  const scored = cells.map((all) =>
    all.flatMap(({ sign, evaluate }): Term[] => (evaluate!.scores ? [{ sign, scores: evaluate!.scores }] : [])),
  );
  const whole = metric === 'image' && scored.every((all) => all.length === terms.length) && sameImages(scored.flat());
  return {
    draws: cells.length,
    mean: meanAndDeviation(values).mean,
    overDraws: pairedInterval(values),
    overImages: whole ? bootstrapContrast(scored, random) : null,
    paper: printed(metric, terms, category),
  };
}

function sameImages(terms: readonly Term[]): boolean {
  const counts = terms.map(({ scores }) => `${scores.normal.length} ${scores.anomalous.length}`);
  return new Set(counts).size === 1;
}

function printed(metric: Contrast['metric'], terms: readonly ContrastTerm[], category: string): number | undefined {
  const cells = terms.map(({ sign, system, noise, overlap }) => {
    if (noise !== TABLE_NOISE) return undefined;
    const tables = metric === 'image' ? (['table-6'] as const) : (['table-5', 'table-7'] as const);
    const columns = tables.map((table) => publishedColumn(table, system, overlap));
    const cell = publishedCell(
      columns.find((column) => column),
      category,
    );
    return cell === undefined ? undefined : sign * cell;
  });
  return cells.some((cell) => cell === undefined) ? undefined : cells.reduce<number>((sum, cell) => sum + cell!, 0);
}
