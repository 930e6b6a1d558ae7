import { Cancelled } from '../../errors.js';
import type { Lab } from '../../experiment/lab.js';
import type { JobState } from '../view/jobs.js';

/** Work in the background, one at a time, that tells how far it is and can be stopped. */
export interface Jobs {
  /** Queues work; the same `key` while it waits or runs is the same job. @returns its id. */
  start(key: string, title: string, work: (lab: Lab) => Promise<void>): number;
  /** Stops a job; false where there is none that waits or runs. */
  cancel(id: number): boolean;
  /** All that wait or run, and the last ended ones. */
  states(): JobState[];
  /** Calls back at every change, until the returned function is called. */
  watch(heard: (state: JobState) => void): () => void;
  /** Stops everything and waits. */
  close(): Promise<void>;
}

interface Job {
  key: string;
  state: JobState;
  controller: AbortController;
  work: (lab: Lab) => Promise<void>;
}

/** Ended jobs that are still told to a page which connects late. */
const REMEMBERED = 20;

/** @param failed hears of errors that nobody foresaw. */
export function createJobs(lab: Lab, failed: (error: unknown) => string): Jobs {
  const jobs: Job[] = [];
  const watchers = new Set<(state: JobState) => void>();
  let next = 1;
  let running: Promise<void> | undefined;
  const change = (job: Job, change: Partial<JobState>): void => {
    job.state = { ...job.state, ...change };
    for (const heard of watchers) heard(job.state);
  };
  const run = async (job: Job): Promise<void> => {
    const { signal } = job.controller;
    const reporter: Lab['reporter'] = {
      stage(name) {
        change(job, { stage: name, done: 0, total: 0 });
        return (done, total) => change(job, { stage: name, done, total });
      },
      note: (text) => lab.reporter.note(text),
    };
    try {
      if (signal.aborted) throw new Cancelled();
      change(job, { status: 'running' });
      await job.work({ ...lab, reporter, signal });
      change(job, { status: 'done' });
    } catch (error) {
      if (error instanceof Cancelled || signal.aborted) change(job, { status: 'cancelled' });
      else change(job, { status: 'failed', error: failed(error) });
    }
  };
  const drain = async (): Promise<void> => {
    for (;;) {
      const job = jobs.find(({ state }) => state.status === 'waiting');
      if (!job) break;
      await run(job);
    }
    jobs.splice(0, Math.max(0, jobs.length - REMEMBERED));
    running = undefined;
  };
  const alive = ({ state }: Job): boolean => state.status === 'waiting' || state.status === 'running';
  return {
    start(key, title, work) {
      const same = jobs.find((job) => job.key === key && alive(job));
      if (same) return same.state.id;
      const state: JobState = { id: next++, key, title, status: 'waiting', stage: '', done: 0, total: 0 };
      const job = { key, state, controller: new AbortController(), work };
      jobs.push(job);
      change(job, {});
      running ??= Promise.resolve().then(drain);
      return state.id;
    },
    cancel(id) {
      const job = jobs.find(({ state }) => state.id === id);
      if (!job || !alive(job)) return false;
      job.controller.abort();
      if (job.state.status === 'waiting') change(job, { status: 'cancelled' });
      return true;
    },
    states: () => jobs.map(({ state }) => state),
    watch(heard) {
      watchers.add(heard);
      return () => void watchers.delete(heard);
    },
    async close() {
      for (const job of jobs) job.controller.abort();
      await running;
    },
  };
}
