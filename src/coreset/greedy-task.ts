import { Cancelled } from '../errors.js';
import type { TaskContext } from '../kernels/worker.js';

/** Refreshes between two looks at the stop word: some tens of milliseconds. */
const BUDGET = 4000;

/** The leader (helper −1) selects until `count` centres stand; helpers refresh blocks for it until dismissed. */
export function run(
  { kernels, report }: TaskContext,
  header: number,
  count: number,
  helper: number,
  stop: number,
): void {
  if (helper >= 0) {
    for (let job = 0; job >= 0; job = kernels.awaitJob(header, helper)) if (job > 0) kernels.serve(header, helper, job);
    return;
  }
  const stopped = new Int32Array(kernels.memory.buffer, stop, 1);
  let last = 0;
  try {
    for (let done = 0; done < count; ) {
      if (Atomics.load(stopped, 0) !== 0) throw new Cancelled();
      done = kernels.select(header, count, BUDGET);
      if (Date.now() - last > 200) {
        last = Date.now();
        report(done);
      }
    }
    report(count);
  } finally {
    kernels.dismiss(header);
  }
}
