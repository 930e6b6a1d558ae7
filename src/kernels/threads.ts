import { availableParallelism } from 'node:os';
import { checkCancelled, InputError } from '../errors.js';
import type { Watch } from '../progress.js';
import type { Arena } from './arena.js';
import { createPool } from './pool.js';
import type { Task } from './task.js';

/** Worker threads that run tasks. Jobs are cloned; typed arrays over a SharedArrayBuffer and arenas are shared. */
export interface Threads {
  readonly count: number;
  /** Runs one job on the next free thread. */
  run<Job, Result>(task: Task<Job, Result>, job: NoInfer<Job>, options?: RunOptions): Promise<Result>;
  /** Runs many jobs, answers in order; stops handing out on cancellation or an error. */
  each<Job, Result>(task: Task<Job, Result>, jobs: readonly NoInfer<Job>[], options?: EachOptions): Promise<Result[]>;
  /**
   * Lets idle threads drop shared memory of finished jobs, which they would hold on to otherwise. @param all also what
   * tasks keep for their next job, such as networks: before a step that needs the memory itself.
   */
  release(all?: boolean): void;
  close(): Promise<void>;
}

export interface RunOptions {
  /** The memory that the task's kernels see. */
  arena?: Arena;
  /** Hears the task's reports. */
  report?: (value: number) => void;
}

/** `progress` hears of whole jobs. */
export interface EachOptions extends Watch {
  arena?: Arena;
  /** Offsets of rooms in the arena: at most that many jobs run at a time, each with one of them. */
  scratch?: readonly number[];
}

/**
 * Starts `count` threads (default: one a core). Close them, or the process stays alive only while they work.
 * @throws InputError when `count` is not a whole number from 1.
 */
export function startThreads(count: number = availableParallelism()): Threads {
  if (!Number.isInteger(count) || count < 1) throw new InputError(`${count} threads`, 'Give a whole number from 1');
  const pool = createPool(count);
  const send = <Job, Result>(
    { url }: Task<Job, Result>,
    job: Job,
    { arena, report }: RunOptions,
    scratch: number | null,
  ): Promise<Result> => {
    const shared = arena ? { id: arena.id, memory: arena.memory } : null;
    return pool.run({ task: url.href, arena: shared, scratch, job }, report) as Promise<Result>;
  };
  return {
    count,
    run: (task, job, options = {}) => send(task, job, options, null),
    each(task, jobs, { arena, scratch, ...watch } = {}) {
      const rooms = scratch ?? new Array<null>(count).fill(null);
      return inLanes(jobs, rooms, watch, (job, room) => send(task, job, { arena }, room));
    },
    release: (all = false) => pool.tellIdle(all ? 'forget' : 'release'),
    close: () => pool.close(),
  };
}

/** Works jobs off in lanes, each with a room of its own; results in the jobs' order. The first failure ends all lanes. */
async function inLanes<Job, Room, Result>(
  jobs: readonly Job[],
  rooms: readonly Room[],
  { progress, signal }: Watch,
  work: (job: Job, room: Room) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = new Array(jobs.length);
  let next = 0;
  let done = 0;
  let failed = false;
  const lane = async (room: Room): Promise<void> => {
    while (next < jobs.length && !failed) {
      const index = next++;
      try {
        checkCancelled(signal);
        results[index] = await work(jobs[index], room);
      } catch (error) {
        failed = true;
        throw error;
      }
      progress?.(++done, jobs.length);
    }
  };
  const lanes = await Promise.allSettled(rooms.slice(0, jobs.length).map(lane));
  for (const outcome of lanes) if (outcome.status === 'rejected') throw outcome.reason;
  return results;
}

/** Splits [0, total) into ranges of at most `size`. */
export function ranges(total: number, size: number): { from: number; to: number }[] {
  return Array.from({ length: Math.ceil(total / size) }, (_, i) => ({
    from: i * size,
    to: Math.min(total, (i + 1) * size),
  }));
}
