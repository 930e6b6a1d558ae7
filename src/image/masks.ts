import { type Task, task } from '../kernels/task.js';
import type { LoadedMask, MaskJob } from './mask-task.js';

/** Reads a mask in a thread ({@link loadMask} says how), with what is to be said of its file. */
export const MASK: Task<MaskJob, LoadedMask> = task<typeof import('./mask-task.js')>(
  new URL('./mask-task.js', import.meta.url),
);
