import type { Kernels } from './wasm.js';

/** What a task gets beside its job. */
export interface TaskContext {
  /** The kernels over the job's arena; throws where the job has none. */
  readonly kernels: Kernels;
  /** Offset of the arena's room that no other job has meanwhile; throws where none was lent. */
  readonly scratch: number;
  /** Tells how far the job is. */
  report(value: number): void;
}

/** A module that a thread loads: `run` does one job, an object of named values. */
export interface TaskModule {
  run(context: TaskContext, job: never): unknown;
}

/** What a thread can be asked to do, with the type of its job and of its answer. Made by `task` in src/kernels/task.ts. */
export interface Task<Job, Result> {
  readonly url: URL;
  /** Only a type: no value has it. */
  readonly types?: (job: Job) => Result;
}

/**
 * The task of a module, typed by the module itself, so that neither can change without the other:
 * `task<typeof import('./weigh-task.js')>(new URL('./weigh-task.js', import.meta.url))`.
 */
export function task<M extends TaskModule>(url: URL): Task<Parameters<M['run']>[1], Awaited<ReturnType<M['run']>>> {
  return { url };
}
