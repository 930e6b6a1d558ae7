import type { Kernels } from '../kernels/wasm.js';
import { type Anchors, anchorNorms, startAnchors } from './anchors.js';
import { laidRow, placesOf, type State } from './greedy-layout.js';

/**
 * Distances that a selection begins with, by row [n]. Rows lie in one layout or, in order, in several of equal numbers of blocks but for the last;
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
  const places = states.map((state, s) => placesOf(state, Math.min(each, n - s * each)));
  if (anchors.kind === 'all') {
    const panels = states.map(({ arena, block, blocks }) => arena.floats(block.get('panels'), blocks * 8 * d));
    const valueAt = (row: number, a: number): number => {
      const s = Math.floor(row / each);
      const own = places[s][row - s * each];
      return panels[s][(own >> 3) * 8 * d + a * 8 + (own & 7)];
    };
    return anchorNorms(valueAt, n, d);
  }
  const starts = Array.from(anchors.rows, (row) => {
    const s = Math.floor(row / each);
    return laidRow(states[s], places[s][row - s * each], d);
  });
  const initial = new Float32Array(n);
  for (const [s, state] of states.entries()) {
    const own = startAnchors(state, kernels[s], starts);
    places[s].forEach((place, row) => {
      initial[s * each + row] = own[place];
    });
  }
  return initial;
}
