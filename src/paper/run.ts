import { join } from 'node:path';
import type { ClaimTimes } from '../cells/claims.js';
import { listing } from '../cells/listing.js';
import { workThrough } from '../cells/work.js';
import { thisWorker, type Worker } from '../cells/worker.js';
import type { Lab } from '../experiment/lab.js';
import { type CellResult, cellFileName, readCell, writeCell } from './cell-file.js';
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
  /** Cells left to others of the same array, who were at work on them. */
  left: number;
}

/** Who computes, and how long claims live. */
export interface RunOptions {
  worker?: Worker;
  times?: ClaimTimes;
}

/**
 * Computes the cells that have no result yet, one atomic file each, together with whoever else computes into the folder: a cell is claimed
 * first (`workThrough`), and a killed run loses only the cell it was at. Damaged files are computed again, by array tasks only where
 * they come upon them; failures are collected and do not stop the others.
 * @throws Cancelled.
 */
export async function runCells(
  lab: Lab,
  folder: string,
  cells: readonly Cell[],
  plan: (cell: Cell) => Promise<PlannedCell>,
  { worker = thisWorker(), times }: RunOptions = {},
): Promise<RunOutcome> {
  const { reporter, signal } = lab;
  const damaged = (path: string): void => reporter.note(`${path} is damaged; computing it again`);
  const results = listing(join(folder, 'cells'));
  const byLabel = new Map(cells.map((cell) => [cellName(cell), cell]));
  const tasks = cells.map((cell) => {
    let key: string | undefined;
    return {
      label: cellName(cell),
      async plan() {
        key ??= (await plan(cell)).key;
        const own = key;
        return {
          name: cellFileName(cell, own),
          find: async () => (await readCell(folder, cell, own, damaged)) !== null,
          async compute() {
            const begin = performance.now();
            const result = await computeCell(lab, await plan(cell));
            const seconds = Math.round(performance.now() - begin) / 1000;
            await writeCell(folder, { ...result, seconds });
          },
        };
      },
    };
  });
  const known = async ({ name }: { name: string }): Promise<boolean> => (await results.names()).has(`${name}.json`);
  const outcome = await workThrough(folder, tasks, {
    reporter,
    signal,
    worker,
    times,
    known: worker.run === null ? undefined : known,
  });
  const failures = outcome.failures.map(({ label, why }) => ({ cell: byLabel.get(label)!, why }));
  return { ...outcome, failures };
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
