import { Cancelled, InputError } from '../errors.js';

/** A job as it travels to a worker. Values are cloned; typed arrays over a SharedArrayBuffer and memories are shared. */
export interface JobMessage {
  /** The task's module. */
  task: string;
  arena: { id: number; memory: WebAssembly.Memory } | null;
  scratch: number | null;
  job: unknown;
}

/** Beside jobs: drop the last job's shared memory (`release`), or also what tasks keep for their next one (`forget`). */
export type Word = 'release' | 'forget';

/** What a worker answers. */
export type Answer =
  | { kind: 'done'; value: unknown }
  | { kind: 'report'; value: number }
  | { kind: 'failed'; name: string; message: string; stack?: string };

/** An error on its way back from a worker. */
export function failure(error: unknown): Answer {
  const { name, message, stack } = error as Error;
  return { kind: 'failed', name, message, stack };
}

/** The error again, with its name and the worker's stack; the project's own errors are instances of their classes. */
export function revive({ name, message, stack }: Extract<Answer, { kind: 'failed' }>): Error {
  if (name === 'Cancelled') return new Cancelled(message);
  const error = name === 'InputError' ? Object.create(InputError.prototype) : new Error(message);
  Object.defineProperty(error, 'name', { value: name });
  Object.defineProperty(error, 'message', { value: message });
  Object.defineProperty(error, 'stack', { value: stack });
  return error;
}
