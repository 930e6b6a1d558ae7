import type { Threads } from '../kernels/threads.js';
import type { Watch } from '../progress.js';
import type { Engine } from './names.js';

/**
 * A heavy step by name, with its exact reference on threads. A method's room defines its stages and knows no more; another
 * kind of machine gives forms of its own beside it (src/device/stages.ts).
 */
export interface Stage<Job, Result> {
  readonly name: string;
  onThreads(threads: Threads, job: Job, watch: Watch): Promise<Result>;
}

/**
 * Where stages run. Decided once, when a lab is opened. Results of devices agree with those of threads to the rounding that
 * each form states.
 */
export interface Compute {
  /** What runs the networks; part of what features, and so all later stages, are remembered by. */
  readonly engine: Engine;
  /** The stages that a device runs, by name, and which; threads run all others. Left out where there is no device. */
  readonly stages?: Readonly<Record<string, Engine>>;
  run<Job, Result>(stage: Stage<Job, Result>, job: Job, watch?: Watch): Promise<Result>;
  /** Frees networks kept for the next images, before a step that needs their memory; they are loaded again when needed. */
  release(): void;
}

/** All stages on threads with the exact WebAssembly kernels. @param engine one that runs networks in threads. */
export function threadCompute(threads: Threads, engine: Engine): Compute {
  return {
    engine,
    run: (stage, job, watch = {}) => stage.onThreads(threads, job, watch),
    release: () => threads.release(true),
  };
}
