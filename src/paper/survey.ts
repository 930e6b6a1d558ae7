import { CLAIM_TIMES, type ClaimTimes, type Holder, openClaims } from '../cells/claims.js';
import { type CellFailureFile, openFailures } from '../cells/failures.js';
import { startHeartbeat } from '../cells/heartbeat.js';
import { WATCH } from '../cells/work.js';
import { retire, thisWorker } from '../cells/worker.js';
import { type CellResult, cellFileName, cellPath, readCell } from './cell-file.js';
import { type Cell, cellName } from './grid.js';
import type { PlannedCell } from './plan.js';

/** Where a cell of a shared folder stands. */
export type CellState =
  | { state: 'done'; result: CellResult }
  | { state: 'running'; holder: Holder }
  | { state: 'failed'; failure: CellFailureFile }
  | { state: 'missing'; why: string | null };

export type SurveyedCell = CellState & {
  cell: Cell;
  /** Its name in a grid. */
  name: string;
  /** Where its result lies or will lie; null where the cell cannot be planned. */
  path: string | null;
};

/** Looks where each cell stands; computes nothing. */
export async function surveyCells(
  folder: string,
  cells: readonly Cell[],
  plan: (cell: Cell) => Promise<PlannedCell>,
  times: ClaimTimes = CLAIM_TIMES,
): Promise<SurveyedCell[]> {
  const worker = thisWorker({});
  const heart = startHeartbeat();
  const claims = openClaims(folder, worker, heart, times);
  const failures = openFailures(folder, worker);
  const stateOf = async (cell: Cell, key: string): Promise<CellState> => {
    let damaged: string | null = null;
    const result = await readCell(folder, cell, key, (path) => {
      damaged = `${path} is damaged`;
    });
    if (result) return { state: 'done', result };
    const name = cellFileName(cell, key);
    const holder = await claims.holder(name);
    if (holder && claims.alive(holder)) return { state: 'running', holder };
    const failure = await failures.find(name);
    return failure ? { state: 'failed', failure } : { state: 'missing', why: damaged };
  };
  const found: SurveyedCell[] = [];
  try {
    for (const cell of cells) {
      const name = cellName(cell);
      try {
        const { key } = await plan(cell);
        found.push({ cell, name, path: cellPath(folder, cell, key), ...(await stateOf(cell, key)) });
      } catch (error) {
        found.push({ cell, name, path: null, state: 'missing', why: (error as Error).message });
      }
    }
  } finally {
    await heart.close();
    retire(worker);
  }
  return found;
}

/** Removes the claims of finished cells that no machine can overlook any more. */
export async function sweepClaims(
  folder: string,
  finished: readonly Pick<CellResult, 'cell' | 'key'>[],
): Promise<void> {
  const names = new Set(finished.map(({ cell, key }) => cellFileName(cell, key)));
  const worker = thisWorker({});
  const heart = startHeartbeat();
  try {
    await openClaims(folder, worker, heart).sweep((name) => names.has(name) || name.startsWith(WATCH));
  } finally {
    await heart.close();
    retire(worker);
  }
}
