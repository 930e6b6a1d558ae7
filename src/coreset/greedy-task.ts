import { Cancelled } from '../errors.js';
import type { TaskContext } from '../kernels/task.js';
import type { Kernels } from '../kernels/wasm.js';
import { SLOTS } from './greedy-layout.js';

/** The leader selects until `count` centres stand or the stop word is not 0; helpers refresh blocks for it until dismissed. */
export type GreedyJob =
  | { kind: 'lead'; greedy: number; count: number; stop: number }
  | { kind: 'help'; greedy: number; helper: number };

/** Rounds over empty slots before a helper sleeps: longer than a refresh, since waking takes as long as several. */
const PATIENCE = 1000;

/** Refreshes between two looks at the stop word: some tens of milliseconds. */
const BUDGET = 4000;

/** `greedy` is the offset of the selection's parameter block. @throws Cancelled (leader). */
export function run({ kernels, report }: TaskContext, job: GreedyJob): void {
  const { greedy } = job;
  if (job.kind === 'help') {
    help(kernels, job);
    return;
  }
  const { count, stop } = job;
  const stopped = new Int32Array(kernels.memory.buffer, stop, 1);
  let last = 0;
  try {
    for (let done = 0; done < count; ) {
      if (Atomics.load(stopped, 0) !== 0) throw new Cancelled();
      done = kernels.select(greedy, count, BUDGET);
      if (Date.now() - last > 200) {
        last = Date.now();
        report(done);
      }
    }
    report(count);
  } finally {
    kernels.dismiss(greedy);
  }
}

/** Serves a helper's slots in turn until dismissed. */
function help(kernels: Kernels, { greedy, helper }: Extract<GreedyJob, { kind: 'help' }>): void {
  const first = helper * SLOTS;
  for (let slot = 0, idle = 0; ; slot = (slot + 1) % SLOTS) {
    const next = kernels.pollJob(greedy, first + slot);
    if (next < 0) return;
    if (next > 0) kernels.serve(greedy, first + slot, next);
    idle = next > 0 ? 0 : idle + 1;
    if (idle > PATIENCE) kernels.sleepOn(greedy, first);
  }
}
