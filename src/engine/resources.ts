import type { Threads } from '../kernels/threads.js';
import type { Reporter } from '../progress.js';
import type { Cache } from '../storage/cache.js';
import type { Compute } from './stage.js';

/** What all work runs with, passed on whole. For a signal of its own: `{ ...lab, signal }`. */
export interface Resources {
  readonly threads: Threads;
  /** Where the stages run. */
  readonly compute: Compute;
  /** Where stage results are remembered. */
  readonly cache: Cache;
  readonly reporter: Reporter;
  readonly signal?: AbortSignal;
}
