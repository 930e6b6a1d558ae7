import type { Stage } from '../engine/stage.js';
import { task } from '../kernels/task.js';
import { ranges } from '../kernels/threads.js';
import type { PadimJob } from './padim-task.js';

const PADIM = task<typeof import('./padim-task.js')>(new URL('./padim-task.js', import.meta.url));
/** Positions a thread takes at a time. */
const POSITIONS = 32;

/** Fits PaDiM's Gaussians, or scores images with them, at all positions; results lie in the job's arrays. */
export const GAUSSIANS: Stage<PadimJob, void> = {
  name: 'gaussians',
  async onThreads(threads, job, watch) {
    const positions = job.layout.maps[0].side ** 2;
    const jobs = ranges(positions, POSITIONS).map((range) => ({ ...job, ...range }));
    await threads.each(PADIM, jobs, watch);
  },
};
