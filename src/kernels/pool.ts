import { Worker } from 'node:worker_threads';
import { type Answer, type JobMessage, revive, type Word } from './messages.js';

/** Workers that take jobs in order, each started when first needed. */
export interface Pool {
  /** Runs a job on the next free worker; one that dies fails its own job only. */
  run(message: JobMessage, report?: (value: number) => void): Promise<unknown>;
  /** Says a word to the workers without a job. */
  tellIdle(word: Word): void;
  /** Ends all workers; jobs in progress and those that wait fail. */
  close(): Promise<void>;
}

interface Job {
  message: JobMessage;
  resolve(value: unknown): void;
  reject(error: unknown): void;
  report?: (value: number) => void;
}

/** A pool of at most `count` workers. The process stays alive only while they work. */
export function createPool(count: number): Pool {
  const idle: Worker[] = [];
  const busy = new Map<Worker, Job>();
  const queue: Job[] = [];
  let closed = false;

  const dispatch = (): void => {
    while (queue.length > 0 && busy.size < count) {
      const worker = idle.pop() ?? startWorker(hear, lose);
      const job = queue.shift()!;
      busy.set(worker, job);
      worker.ref();
      worker.postMessage(job.message);
    }
  };
  const hear = (worker: Worker, answer: Answer): void => {
    // An answer of a worker that is being ended: letting go of it here would let the process end before it has.
    if (closed) return;
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
  };
  const lose = (worker: Worker, error: unknown): void => {
    if (idle.includes(worker)) idle.splice(idle.indexOf(worker), 1);
    busy.get(worker)?.reject(error);
    busy.delete(worker);
    if (!closed) dispatch();
  };

  return {
    run: (message, report) =>
      new Promise((resolve, reject) => {
        if (closed) throw new Error('the threads were closed');
        queue.push({ message, resolve, reject, report });
        dispatch();
      }),
    tellIdle(word) {
      for (const worker of idle) worker.postMessage(word);
    },
    async close() {
      closed = true;
      for (const job of queue.splice(0)) job.reject(new Error('the threads were closed'));
      await Promise.all([...idle, ...busy.keys()].map((worker) => worker.terminate()));
    },
  };
}

function startWorker(
  hear: (worker: Worker, answer: Answer) => void,
  lose: (worker: Worker, error: unknown) => void,
): Worker {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { execArgv: [] });
  worker.on('message', (answer: Answer) => hear(worker, answer));
  worker.on('error', (error) => lose(worker, error));
  worker.on('exit', (code) => lose(worker, new Error(`a worker thread ended with code ${code}`)));
  return worker;
}
