import { Cancelled } from '../errors.js';
import type { TaskContext } from '../kernels/task.js';

/** The leader selects until `count` centres stand or the stop word is not 0; helpers refresh blocks for it until dismissed. */
export type GreedyJob =
  | { kind: 'lead'; greedy: number; count: number; stop: number }
  | { kind: 'help'; greedy: number; helper: number };

/** Refreshes between two looks at the stop word: some tens of milliseconds. */
const BUDGET = 4000;

/** `greedy` is the offset of the selection's parameter block. @throws Cancelled (leader). */
export function run({ kernels, report }: TaskContext, job: GreedyJob): void {
  const { greedy } = job;
  if (job.kind === 'help') {
    const { helper } = job;
    for (let next = 0; next >= 0; next = kernels.awaitJob(greedy, helper)) {
      if (next > 0) kernels.serve(greedy, helper, next);
    }
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
