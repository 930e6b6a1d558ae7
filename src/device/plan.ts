import { PROJECT } from '../denoise/projection.js';
import type { Compute, Stage } from '../engine/stage.js';
import { EXTRACT } from '../features/extract.js';
import type { Watch } from '../progress.js';

/** Seconds of the measured stages by their names. */
export type StageSeconds = Readonly<Record<string, number>>;

/** Stages that a device runs; threads run all others. */
export type Plan = readonly string[];

/** A device has to be this much faster: what is measured in a moment varies. */
const CLEARLY = 0.9;

/**
 * The stages that a device clearly runs faster; one that was not measured stays on threads. The projection goes where features are
 * read, as long as it runs there: on an H100 it takes 13 ms, and with the rows of `screw` (1.1 GB) brought home and
 * their projections sent back it took two seconds.
 */
export function planStages(device: StageSeconds, threads: StageSeconds): Plan {
  const isFaster = (stage: string): boolean => device[stage] <= CLEARLY * threads[stage];
  const follows = (stage: string): boolean =>
    stage === PROJECT.name && isFaster(EXTRACT.name) && device[stage] < Number.MAX_VALUE;
  return Object.keys(threads).filter((stage) => isFaster(stage) || follows(stage));
}

/**
 * Runs each stage where the plan says. Its engine is what runs the networks, so features are remembered by that; later stages are
 * remembered by the features alone, since their numbers agree to the rounding that each form states.
 */
export function plannedCompute(device: Compute, threads: Compute, plan: Plan): Compute {
  const onDevice = new Set(plan);
  const side = (stage: string): Compute => (onDevice.has(stage) ? device : threads);
  return {
    engine: side(EXTRACT.name).engine,
    stages: Object.fromEntries(plan.map((stage) => [stage, device.engine])),
    run: <Job, Result>(stage: Stage<Job, Result>, job: Job, watch?: Watch) => side(stage.name).run(stage, job, watch),
    release() {
      device.release();
      threads.release();
    },
  };
}

/** For people: `features and search on webgpu, the rest on threads`. */
export function planText(device: Compute, plan: Plan): string {
  if (plan.length === 0) return `everything on threads, which were faster than ${device.engine}`;
  return `${plan.join(', ')} on ${device.engine}, the rest on threads`;
}
