import { checkWhole } from '../arguments.js';
import { type Rows, rowsHere } from '../engine/rows.js';
import type { Compute, Stage } from '../engine/stage.js';
import { multiplyTransposed } from '../kernels/multiply.js';
import type { Watch } from '../progress.js';
import type { Random } from '../random.js';

/** Dimensions in which patches are compared for weighting and selection (docs/methods.md 3.1). */
export const PROJECTED_DIMENSIONS = 128;

/** A random projection W [to × from] with entries U(−1/√from, 1/√from), no bias (torch's `Linear` initialisation). */
export function randomProjection(random: Random, from: number, to: number = PROJECTED_DIMENSIONS): Float32Array {
  checkWhole('from', from, 1);
  checkWhole('to', to, 1);
  const bound = 1 / Math.sqrt(from);
  return Float32Array.from({ length: to * from }, () => random.uniform(-bound, bound));
}

/** Rows [n × dimensions] to project by a matrix [to × dimensions]. */
export interface ProjectionJob {
  rows: Rows;
  projection: Float32Array;
  dimensions: number;
  /** Where the result may go, in shared memory [n × to]; devices make an array of their own. */
  into?: Float32Array;
}

/** Z = X Wᵀ as a stage: rows [n × dimensions] to [n × to], which may stay on a device. */
export const PROJECT: Stage<ProjectionJob, Rows> = {
  name: 'project',
  onThreads: async (threads, { rows, projection, dimensions, into }, watch) =>
    multiplyTransposed(threads, await rowsHere(rows), projection, dimensions, watch, into),
};

/** Z = X Wᵀ: rows [n × dimensions] to [n × 128]; returned unchanged when they have 128 dimensions already. */
export async function project(
  compute: Pick<Compute, 'run'>,
  rows: Rows,
  dimensions: number,
  projection: Float32Array,
  watch: Watch = {},
): Promise<Rows> {
  if (dimensions === PROJECTED_DIMENSIONS) return rows;
  return compute.run(PROJECT, { rows, projection, dimensions }, watch);
}
