import type { Kernels } from '../kernels/wasm.js';
import { type Anchors, anchorNorms, startAnchors } from './anchors.js';
import { laidRow, type State } from './greedy-layout.js';

/**
 * Distances that a selection begins with [n]. Rows lie in one layout or, in order, in several of equal numbers of blocks but for the last;
 * numbers do not depend on which.
 */
export function initialAnchors(
  states: readonly State[],
  kernels: readonly Kernels[],
  anchors: Anchors,
  n: number,
  d: number,
): Float32Array {
  const each = states[0].blocks * 8;
  if (anchors.kind === 'all') {
    const panels = states.map(({ arena, block, blocks }) => arena.floats(block.get('panels'), blocks * 8 * d));
    const valueAt = (row: number, a: number): number => {
      const own = row % each;
      return panels[(row - own) / each][(own >> 3) * 8 * d + a * 8 + (own & 7)];
    };
    return anchorNorms(valueAt, n, d);
  }
  const starts = Array.from(anchors.rows, (row) => laidRow(states[Math.floor(row / each)], row % each, d));
  const initial = new Float32Array(n);
  for (const [s, state] of states.entries()) {
    const own = startAnchors(state, kernels[s], starts);
    initial.set(own.subarray(0, Math.min(own.length, n - s * each)), s * each);
  }
  return initial;
}
