import { relative } from 'node:path';
import { type SurveyedCell, surveyCells } from '../paper/survey.js';
import type { Grid } from './run-grid.js';

/**
 * What other engines read: every cell as `{ name, path, state }`, `path` below the results folder, `state` one of done, running, failed
 * and missing, with `host`, `task` and `why` where there are any. The names of the fields are a contract.
 */
export async function listCells(results: string, { cells, plan }: Grid): Promise<object[]> {
  return (await surveyCells(results, cells, plan)).map((cell) => ({
    name: cell.name,
    path: cell.path && relative(results, cell.path),
    state: cell.state,
    ...(cell.state === 'running' && { host: cell.holder.worker.host, task: cell.holder.worker.task }),
    ...(cell.state === 'failed' && { host: cell.failure.host, task: cell.failure.task, why: cell.failure.why }),
    ...(cell.state === 'missing' && cell.why && { why: cell.why }),
  }));
}

/** What a person reads: how much is done, what runs where, what failed and why, and about how long the rest takes. */
export async function statusText(results: string, { cells, plan }: Grid): Promise<string> {
  const found = await surveyCells(results, cells, plan);
  const of = (state: SurveyedCell['state']): SurveyedCell[] => found.filter((cell) => cell.state === state);
  const counts = (['done', 'running', 'failed', 'missing'] as const).map((state) => `${of(state).length} ${state}`);
  const left = timeLeft(found);
  const lines = [`${found.length} cells: ${counts.join(', ')}${left ? `; ${left}` : ''}`];
  for (const cell of found) {
    if (cell.state === 'running') {
      const { worker, since, silent } = cell.holder;
      const where = worker.task ? `${worker.host}, task ${worker.task}` : `${worker.host}, process ${worker.pid}`;
      const began = new Date(since).toISOString().slice(0, 19);
      lines.push(`running  ${cell.name}: ${where}, since ${began} UTC, heard of ${silent.toFixed(0)} s ago`);
    }
    if (cell.state === 'failed')
      lines.push(`failed   ${cell.name}: ${cell.failure.why} (${cell.failure.host}, ${cell.failure.when})`);
    if (cell.state === 'missing' && cell.why) lines.push(`missing  ${cell.name}: ${cell.why}`);
  }
  return lines.join('\n');
}

/**
 * About how long the rest takes: mean seconds of finished cells of the same system, over all where there are none, shared among those at
 * work. Empty where nothing tells.
 */
export function timeLeft(found: readonly SurveyedCell[]): string {
  const seconds = new Map<string, number[]>();
  for (const cell of found) {
    if (cell.state !== 'done' || cell.result.seconds === undefined) continue;
    const { system } = cell.cell;
    seconds.set(system, [...(seconds.get(system) ?? []), cell.result.seconds]);
  }
  const all = [...seconds.values()].flat();
  const open = found.filter(({ state }) => state !== 'done');
  if (all.length === 0 || open.length === 0) return '';
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const work = open.reduce((sum, { cell }) => sum + mean(seconds.get(cell.system) ?? all), 0);
  const hands = open.filter(({ state }) => state === 'running').length;
  const minutes = work / Math.max(1, hands) / 60;
  const time =
    minutes < 1 ? 'under a minute' : minutes < 90 ? `${minutes.toFixed(0)} min` : `${(minutes / 60).toFixed(1)} h`;
  return `about ${time} left for ${hands === 0 ? 'one process' : `the ${hands} at work`}`;
}
