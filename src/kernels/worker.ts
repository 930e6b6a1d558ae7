import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort } from 'node:worker_threads';
import { type Answer, failure, type JobMessage, type Word } from './messages.js';
import type { TaskContext } from './task.js';
import { instantiateKernels, type Kernels } from './wasm.js';

// Asked to release, a worker lets go of shared memory it has seen: its own heap is too small to be collected by itself.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What tasks let go of when the threads are asked to forget: set up synchronously, finished later. */
export const forget: Set<() => unknown> = new Set<() => unknown>();

/** The last job's arena, kept for the next job with the same. */
let current: { id: number; kernels: Kernels } | undefined;
const answer = (value: Answer): void => parentPort!.postMessage(value);

parentPort?.on('message', async (message: JobMessage | Word) => {
  if (typeof message === 'string') return letGo(message);
  try {
    answer({ kind: 'done', value: await work(message) });
  } catch (error) {
    answer(failure(error));
  }
});

async function letGo(word: Word): Promise<void> {
  current = undefined;
  if (word === 'forget') await Promise.all([...forget].map((drop) => drop()));
  collect();
}

async function work({ task, arena, scratch, job }: JobMessage): Promise<unknown> {
  const { run } = (await import(task)) as { run: (context: TaskContext, job: unknown) => unknown };
  if (!arena) current = undefined;
  else if (current?.id !== arena.id) current = { id: arena.id, kernels: instantiateKernels(arena.memory) };
  return run(contextOf(scratch), job);
}

function contextOf(scratch: number | null): TaskContext {
  return {
    get kernels() {
      if (!current) throw new Error('this job has no arena');
      return current.kernels;
    },
    get scratch() {
      if (scratch === null) throw new Error('this job was lent no room');
      return scratch;
    },
    report: (value) => answer({ kind: 'report', value }),
  };
}
