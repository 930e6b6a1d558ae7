import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort } from 'node:worker_threads';
import type { Answer } from './threads.js';
import { instantiateKernels, type Kernels } from './wasm.js';

/** What a task gets beside its arguments. */
export interface TaskContext {
  /** The kernels over the job's arena; throws where the job has none. */
  kernels: Kernels;
  report(value: number): void;
}

interface Message {
  task: string;
  arena: { id: number; memory: WebAssembly.Memory } | null;
  args: unknown[];
}

// Asked to release, a worker lets go of shared memory it has seen: its own heap is too small to be collected by itself.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What tasks let go of when the threads are asked to forget: set up synchronously, finished later. */
export const forget: Set<() => unknown> = new Set<() => unknown>();

let current: { id: number; kernels: Kernels } | undefined;
const answer = (value: Answer): void => parentPort!.postMessage(value);

parentPort?.on('message', async (message: Message | 'release' | 'forget') => {
  if (message === 'release' || message === 'forget') {
    current = undefined;
    if (message === 'forget') await Promise.all([...forget].map((drop) => drop()));
    collect();
    return;
  }
  const { task, arena, args } = message;
  try {
    const { run } = (await import(task)) as { run: (context: TaskContext, ...args: unknown[]) => unknown };
    if (!arena) current = undefined;
    else if (current?.id !== arena.id) current = { id: arena.id, kernels: instantiateKernels(arena.memory) };
    const context: TaskContext = {
      get kernels() {
        if (!current) throw new Error('this job has no arena');
        return current.kernels;
      },
      report: (value) => answer({ kind: 'report', value }),
    };
    answer({ kind: 'done', value: await run(context, ...args) });
  } catch (error) {
    const { name, message, stack } = error as Error;
    answer({ kind: 'failed', name, message, stack });
  }
});
