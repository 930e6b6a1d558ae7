import type { TaskContext } from '../kernels/task.js';
import { tsne } from './tsne.js';

/** Points [n × d] to lay out. */
export interface TsneJob {
  points: Float32Array;
  d: number;
}

/** t-SNE on a thread, for it takes seconds. @returns [n × 2]. */
export function run(_context: TaskContext, { points, d }: TsneJob): Float64Array {
  return tsne(points, d);
}
