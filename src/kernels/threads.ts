import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { Cancelled, checkCancelled, InputError } from '../errors.js';
import type { Watch } from '../progress.js';
import type { Arena } from './arena.js';

/**
 * Worker threads that run tasks: modules exporting `run(context, ...args)`. Arguments are cloned; typed arrays over a
 * SharedArrayBuffer and arenas are shared.
 */
export interface Threads {
  readonly count: number;
  /** Runs a task on the next free thread. `report` hears the task's progress reports. */
  run<T>(task: URL, arena: Arena | null, args: readonly unknown[], report?: (value: number) => void): Promise<T>;
  /**
   * Runs a task once for every argument list, results in order; stops handing out on cancellation or an error.
   * With `scratch`, at most that many run at a time, each with one of these offsets as its last argument.
   */
  each<T>(
    task: URL,
    arena: Arena | null,
    lists: readonly (readonly unknown[])[],
    watch?: Watch,
    scratch?: readonly number[],
  ): Promise<T[]>;
  /**
   * Lets idle threads drop shared memory of finished jobs, which they would hold on to otherwise. @param all also what
   * tasks keep for their next job, such as networks: before a step that needs the memory itself.
   */
  release(all?: boolean): void;
  close(): Promise<void>;
}

interface Job {
  message: object;
  resolve(value: unknown): void;
  reject(error: unknown): void;
  report?: (value: number) => void;
}

/** What a worker answers. */
export type Answer =
  | { kind: 'done'; value: unknown }
  | { kind: 'report'; value: number }
  | { kind: 'failed'; name: string; message: string; stack?: string };

/** Starts `count` threads (default: one a core). Close them, or the process stays alive only while they work. */
export function startThreads(count: number = availableParallelism()): Threads {
  if (!Number.isInteger(count) || count < 1) throw new InputError(`${count} threads`, 'Give a whole number from 1');
  const idle: Worker[] = [];
  const all: Worker[] = [];
  const busy = new Map<Worker, Job>();
  const queue: Job[] = [];
  let closed = false;

  const dispatch = (): void => {
    while (queue.length > 0 && (idle.length > 0 || all.length < count)) {
      const worker = idle.pop() ?? hire();
      const job = queue.shift()!;
      busy.set(worker, job);
      worker.ref();
      worker.postMessage(job.message);
    }
  };
  const hire = (): Worker => {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { execArgv: [] });
    all.push(worker);
    worker.on('message', (answer: Answer) => {
      const job = busy.get(worker)!;
      if (answer.kind === 'report') {
        job.report?.(answer.value);
        return;
      }
      busy.delete(worker);
      worker.unref();
      idle.push(worker);
      if (answer.kind === 'done') job.resolve(answer.value);
      else job.reject(revive(answer));
      dispatch();
    });
    const lost = (error: unknown): void => {
      const job = busy.get(worker);
      busy.delete(worker);
      all.splice(all.indexOf(worker), 1);
      job?.reject(error);
      if (!closed) dispatch();
    };
    worker.on('error', lost);
    worker.on('exit', (code) => {
      if (busy.has(worker)) lost(new Error(`a worker thread ended with code ${code}`));
    });
    return worker;
  };

  const threads: Threads = {
    count,
    run: (task, arena, args, report) =>
      new Promise((resolve, reject) => {
        if (closed) throw new Error('the threads were closed');
        const shared = arena && { id: arena.id, memory: arena.memory };
        const message = { task: task.href, arena: shared, args };
        queue.push({ message, resolve: resolve as (value: unknown) => void, reject, report });
        dispatch();
      }),
    async each<T>(
      task: URL,
      arena: Arena | null,
      lists: readonly (readonly unknown[])[],
      watch: Watch = {},
      scratch?: readonly number[],
    ) {
      const results: T[] = new Array(lists.length);
      let next = 0;
      let done = 0;
      let failed = false;
      const lane = async (own: readonly number[]): Promise<void> => {
        while (next < lists.length && !failed) {
          const index = next++;
          try {
            checkCancelled(watch.signal);
            results[index] = await threads.run<T>(task, arena, [...lists[index], ...own]);
          } catch (error) {
            failed = true;
            throw error;
          }
          watch.progress?.(++done, lists.length);
        }
      };
      const owned = scratch ? scratch.map((offset) => [offset]) : Array.from({ length: count }, () => []);
      const lanes = await Promise.allSettled(owned.slice(0, lists.length).map(lane));
      for (const outcome of lanes) if (outcome.status === 'rejected') throw outcome.reason;
      return results;
    },
    release(all = false) {
      for (const worker of idle) worker.postMessage(all ? 'forget' : 'release');
    },
    async close() {
      closed = true;
      await Promise.all(all.map((worker) => worker.terminate()));
    },
  };
  return threads;
}

function revive({ name, message, stack }: Extract<Answer, { kind: 'failed' }>): Error {
  if (name === 'Cancelled') return new Cancelled(message);
  const error = name === 'InputError' ? Object.create(InputError.prototype) : new Error(message);
  Object.defineProperty(error, 'name', { value: name });
  Object.defineProperty(error, 'message', { value: message });
  Object.defineProperty(error, 'stack', { value: stack });
  return error;
}

/** Splits [0, total) into ranges of at most `size`. */
export function ranges(total: number, size: number): [number, number][] {
  return Array.from({ length: Math.ceil(total / size) }, (_, i) => [i * size, Math.min(total, (i + 1) * size)]);
}
