import type { FlowsJob } from '../detector/cflow/flow-stage.js';
import { type PassOutcome, runFlow } from '../detector/cflow/flow-task.js';
import { checkCancelled } from '../errors.js';
import type { Watch } from '../progress.js';
import type { Device } from './device.js';

/** Flows on a device, one after another, in its float32. @throws OutOfMemory; Cancelled. */
export async function deviceFlows(
  device: Device,
  { jobs, taken }: FlowsJob,
  { signal }: Watch = {},
): Promise<(PassOutcome | null)[]> {
  const outcomes: (PassOutcome | null)[] = [];
  for (const [i, job] of jobs.entries()) {
    checkCancelled(signal);
    outcomes.push(await device.attempt(() => runFlow(device.tf, job, (steps) => taken?.(i, steps))));
  }
  return outcomes;
}
