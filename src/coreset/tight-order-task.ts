import type { TaskContext } from '../kernels/task.js';
import { type Ordering, orderPart } from './tight-blocks.js';

/** Places [from, to) of an order in shared memory. */
export interface TightOrderJob extends Ordering {
  from: number;
  to: number;
}

export function run(_context: TaskContext, { from, to, ...ordering }: TightOrderJob): void {
  orderPart(ordering, from, to);
}
