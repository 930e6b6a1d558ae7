import type { Stage } from '../../engine/stage.js';
import { checkCancelled } from '../../errors.js';
import { task } from '../../kernels/task.js';
import type { LikelihoodJob, PassJob, PassOutcome } from './flow-task.js';

/** Passes or likelihoods of several flows, one a layer, that share nothing but the images. */
export interface FlowsJob {
  jobs: readonly (PassJob | LikelihoodJob)[];
  /** Hears the steps that each job has taken so far. */
  taken?(job: number, steps: number): void;
}

const FLOW = task<typeof import('./flow-task.js')>(new URL('./flow-task.js', import.meta.url));

/** Trains each layer's flow over a pass, or gives the likelihoods of images, in the order of the jobs. */
export const FLOWS: Stage<FlowsJob, (PassOutcome | null)[]> = {
  name: 'flows',
  onThreads(threads, { jobs, taken }, { signal }) {
    checkCancelled(signal);
    const cores = Math.max(1, Math.floor(threads.count / jobs.length));
    return Promise.all(
      jobs.map((job, i) => threads.run(FLOW, { ...job, cores }, { report: (steps) => taken?.(i, steps) })),
    );
  },
};
