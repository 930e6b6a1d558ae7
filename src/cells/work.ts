import { setTimeout as sleep } from 'node:timers/promises';
import { Cancelled, checkCancelled } from '../errors.js';
import type { Reporter } from '../progress.js';
import { CLAIM_TIMES, type Claims, type ClaimTimes, openClaims } from './claims.js';
import { type Failures, openFailures } from './failures.js';
import { startHeartbeat } from './heartbeat.js';
import { retire, thisWorker, type Worker } from './worker.js';

/** Something to compute once among all who share a folder. */
export interface Cell {
  /** File-safe, perhaps with folders before it; unlike that of any other cell, and of the same one under other settings. */
  name: string;
  /** Whether its result is there. */
  find(): Promise<boolean>;
  /** Computes it and writes its result atomically. */
  compute(): Promise<void>;
}

/** A cell whose name may take work to find out. */
export interface Task {
  label: string;
  /** @throws where the cell cannot even be planned. */
  plan(): Promise<Cell>;
}

export interface WorkOptions {
  reporter: Reporter;
  signal?: AbortSignal;
  worker?: Worker;
  times?: ClaimTimes;
  /** What is known of a finished cell by its name alone, without reading it: for folders that many share. */
  known?: (cell: Cell) => Promise<boolean>;
}

export interface WorkOutcome {
  done: number;
  /** Found finished, or finished by others meanwhile. */
  reused: number;
  failures: { label: string; why: string }[];
  /** Left to others who were at work on them. */
  left: number;
}

/** The claim of the one array task that stays when nothing is left to take: this and the array. */
export const WATCH = 'watch-';

/**
 * Computes the cells of a folder that have no result, each claimed first, so that any number of processes on any number of machines share
 * the work: fast and slow cells balance, and one that is killed loses the cell it was at. An array task begins at a place of its own and
 * leaves when others hold all that is left, but for one, which stays to take what they may lose; a process outside arrays waits for them.
 * A failure is a file; it is tried again by who starts later, not by the tasks of the same array. @throws Cancelled, its cell released.
 */
export async function workThrough(folder: string, tasks: readonly Task[], options: WorkOptions): Promise<WorkOutcome> {
  const { worker = thisWorker(), times = CLAIM_TIMES } = options;
  const heart = startHeartbeat();
  try {
    const claims = openClaims(folder, worker, heart, times);
    const begun = await heart.now(folder);
    const shift: Shift = { ...options, worker, times, claims, failures: openFailures(folder, worker), begun };
    return await shiftOf(shift, startingAt(tasks, worker.index));
  } finally {
    await heart.close();
    retire(worker);
  }
}

interface Shift extends WorkOptions {
  worker: Worker;
  times: ClaimTimes;
  claims: Claims;
  failures: Failures;
  /** By the clock of the file system. */
  begun: number;
}

/** Tasks begin far apart however many there are: at the golden section's multiples. */
export function startingAt<T>(tasks: readonly T[], index: number | null): T[] {
  if (index === null) return [...tasks];
  const first = Math.floor(((index * 0.6180339887498949) % 1) * tasks.length);
  return [...tasks.slice(first), ...tasks.slice(0, first)];
}

async function shiftOf(shift: Shift, tasks: readonly Task[]): Promise<WorkOutcome> {
  const { claims, worker, times, reporter, signal } = shift;
  const outcome: WorkOutcome = { done: 0, reused: 0, failures: [], left: 0 };
  const looked = new Map<Task, number>();
  let open = [...tasks];
  let spent = 0;
  let waiting = false;
  for (;;) {
    let took = false;
    const held: Task[] = [];
    for (const [i, task] of open.entries()) {
      checkCancelled(signal);
      const begin = performance.now();
      const ask = begin - (looked.get(task) ?? Number.NEGATIVE_INFINITY) >= 1000 * times.beat;
      const how = await attempt(shift, task, ask);
      if (how.kind === 'held') {
        if (ask) looked.set(task, begin);
        held.push(task);
      } else if (how.kind === 'failed') {
        outcome.failures.push({ label: task.label, why: how.why });
        if (how.now) reporter.note(`${task.label} failed: ${how.why}`);
      } else if (how.kind === 'found') outcome.reused++;
      else {
        took = true;
        outcome.done++;
        const seconds = (performance.now() - begin) / 1000;
        spent += seconds;
        const left = (spent / outcome.done) * (open.length - i - 1 + held.length);
        reporter.note(
          `[${tasks.length - (open.length - i - 1) - held.length}/${tasks.length}] ${task.label} in ${duration(seconds)}, at most ${duration(left)} left`,
        );
      }
    }
    open = held;
    if (open.length === 0) return outcome;
    if (took) continue;
    if (!waiting) {
      if (worker.run !== null && !(await claims.take(`${WATCH}${worker.run}`)))
        return { ...outcome, left: open.length };
      reporter.note(`${open.length} cells are being computed by others; waiting for them`);
      waiting = true;
    }
    await sleep(Math.min(2000, 500 * times.beat), undefined, { signal }).catch(() => undefined);
  }
}

type Attempt = { kind: 'done' | 'found' | 'held' } | { kind: 'failed'; why: string; now: boolean };

/** @param ask whether a claim that is there may be looked into. */
async function attempt(shift: Shift, task: Task, ask: boolean): Promise<Attempt> {
  const { claims, failures, known } = shift;
  let cell: Cell;
  try {
    cell = await task.plan();
  } catch (error) {
    return failed(error as Error);
  }
  if (await (known ?? ((own) => own.find()))(cell)) return { kind: 'found' };
  const earlier = await failures.find(cell.name);
  if (earlier && isFinal(shift, earlier)) return { kind: 'failed', why: earlier.why, now: false };
  if (!ask && (await claims.isHeld(cell.name))) return { kind: 'held' };
  const claim = await claims.take(cell.name);
  if (!claim) return { kind: 'held' };
  try {
    // It may have been finished between the look and the claim.
    if (await cell.find()) {
      claim.settle();
      return { kind: 'found' };
    }
    await cell.compute();
    claim.settle();
    await failures.clear(cell.name);
    return { kind: 'done' };
  } catch (error) {
    if (!(error instanceof Cancelled)) await failures.record(cell.name, error as Error);
    return failed(error as Error);
  } finally {
    await claim.release();
  }
}

const failed = (error: Error): Attempt => {
  if (error instanceof Cancelled) throw error;
  return { kind: 'failed', why: error.message, now: true };
};

/** A failure of the same array, or one that happened while this worker was at work. */
function isFinal({ worker, begun }: Shift, { run, written }: { run: string | null; written?: number }): boolean {
  return (run !== null && run === worker.run) || (written ?? 0) >= begun;
}

function duration(seconds: number): string {
  if (seconds < 90) return `${seconds.toFixed(0)} s`;
  return seconds < 5400 ? `${(seconds / 60).toFixed(0)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
