import { Cancelled } from '../errors.js';
import type { Lab } from '../experiment/lab.js';
import { type CellResult, readCell, writeCell } from './cell-file.js';
import { computeCell } from './compute.js';
import { type Cell, cellName } from './grid.js';
import type { PlannedCell } from './plan.js';

/** A cell that failed, and why. It is tried again on the next run. */
export interface CellFailure {
  cell: Cell;
  why: string;
}

export interface RunOutcome {
  done: number;
  reused: number;
  failures: CellFailure[];
}

/**
 * Computes the cells that have no result yet, one atomic file each; a killed run loses only the cell it was at. Damaged
 * files are computed again, failures are collected and do not stop the others.
 * @throws Cancelled.
 */
export async function runCells(
  lab: Lab,
  folder: string,
  cells: readonly Cell[],
  plan: (cell: Cell) => Promise<PlannedCell>,
): Promise<RunOutcome> {
  const { reporter } = lab;
  const outcome: RunOutcome = { done: 0, reused: 0, failures: [] };
  let spent = 0;
  for (const [i, cell] of cells.entries()) {
    const begin = performance.now();
    try {
      const planned = await plan(cell);
      const found = await readCell(folder, cell, planned.key, (path) =>
        reporter.note(`${path} is damaged; computing it again`),
      );
      if (found) {
        outcome.reused++;
        continue;
      }
      await writeCell(folder, await computeCell(lab, planned));
      outcome.done++;
      const seconds = (performance.now() - begin) / 1000;
      spent += seconds;
      const left = (spent / outcome.done) * (cells.length - i - 1);
      reporter.note(
        `[${i + 1}/${cells.length}] ${cellName(cell)} in ${duration(seconds)}, at most ${duration(left)} left`,
      );
    } catch (error) {
      if (error instanceof Cancelled) throw error;
      outcome.failures.push({ cell, why: (error as Error).message });
      reporter.note(`[${i + 1}/${cells.length}] ${cellName(cell)} failed: ${(error as Error).message}`);
    }
  }
  return outcome;
}

/** Finished results among cells; those without one are counted. */
export async function finishedCells(
  folder: string,
  cells: readonly Cell[],
  plan: (cell: Cell) => Promise<PlannedCell>,
): Promise<{ results: CellResult[]; missing: Cell[] }> {
  const results: CellResult[] = [];
  const missing: Cell[] = [];
  for (const cell of cells) {
    const planned = await plan(cell).catch(() => null);
    const found = planned && (await readCell(folder, cell, planned.key));
    if (found) results.push(found);
    else missing.push(cell);
  }
  return { results, missing };
}

function duration(seconds: number): string {
  if (seconds < 90) return `${seconds.toFixed(0)} s`;
  return seconds < 5400 ? `${(seconds / 60).toFixed(0)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
