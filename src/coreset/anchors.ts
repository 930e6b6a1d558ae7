import { checkWhole } from '../arguments.js';
import type { Kernels } from '../kernels/wasm.js';
import type { Random } from '../random.js';
import type { State } from './greedy-layout.js';

/** Where greedy selection starts: distances to a few random rows (approximate) or to all rows (exact). */
export type Anchors = { kind: 'starts'; rows: Int32Array } | { kind: 'all' };

/** Draws the approximate start: min(10, n) distinct rows (docs/methods.md 3.2). */
export function startRows(random: Random, n: number): Anchors {
  checkWhole('n', n, 1);
  return { kind: 'starts', rows: random.distinct(n, Math.min(10, n)) };
}

/** Where each greedy sampler starts. */
export const GREEDY_ANCHORS: Readonly<Record<GreedySampler, (random: Random, n: number) => Anchors>> = {
  greedy: startRows,
  exact: () => ({ kind: 'all' }),
};

/** Samplers that select greedily. */
export type GreedySampler = 'greedy' | 'exact';

/** Whether a sampler selects greedily. */
export const isGreedy = (sampler: string): sampler is GreedySampler => Object.hasOwn(GREEDY_ANCHORS, sampler);

/** Mean distance of the rows of a layout to the start rows, in the order given. @param start vectors of the start rows [d] each. */
export function startAnchors(
  { arena, block, blocks }: State,
  kernels: Kernels,
  starts: readonly Float32Array[],
): Float32Array {
  const distance = block.get('distance');
  const centres = block.get('centres');
  const sum = arena.floats(distance, blocks * 8);
  sum.fill(0);
  for (const row of starts) {
    arena.floats(centres, row.length).set(row);
    kernels.addDistances(block.at, 0, blocks, centres, distance);
  }
  return sum.map((value) => value / starts.length);
}

/** Norm of each row of the full distance matrix: √(n‖z‖² + Σ‖z_j‖² − 2 z·Σz_j), in double precision about the mean. */
export function allAnchors(z: Float32Array, n: number, d: number): Float32Array {
  return anchorNorms((row, a) => z[row * d + a], n, d);
}

/** {@link allAnchors} of rows wherever they lie. @param valueAt a row's value along a dimension. */
export function anchorNorms(valueAt: (row: number, dimension: number) => number, n: number, d: number): Float32Array {
  const mean = new Float64Array(d);
  for (let i = 0; i < n; i++) for (let a = 0; a < d; a++) mean[a] += valueAt(i, a) / n;
  const squares = new Float64Array(n);
  let total = 0;
  for (let i = 0; i < n; i++) {
    for (let a = 0; a < d; a++) squares[i] += (valueAt(i, a) - mean[a]) ** 2;
    total += squares[i];
  }
  return Float32Array.from(squares, (own) => Math.sqrt(n * own + total));
}
