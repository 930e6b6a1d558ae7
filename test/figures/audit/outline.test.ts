import assert from 'node:assert/strict';
import test from 'node:test';
import { outlinePath } from '../../../src/figures/audit/outline.js';

const strokes = (path: string): string[] => path.split('M').slice(1).sort();

test('one cell has four sides', () => {
  assert.deepEqual(strokes(outlinePath([5], 4)), ['1 1h1', '1 1v1', '1 2h1', '2 1v1']);
});

test('cells that touch share no stroke, also not across the edge of the grid', () => {
  assert.equal(strokes(outlinePath([0, 1], 4)).length, 6);
  assert.equal(strokes(outlinePath([0, 4], 4)).length, 6);
  assert.equal(strokes(outlinePath([3, 4], 4)).length, 8, 'the end of a row and the start of the next do not touch');
  assert.equal(strokes(outlinePath([0, 1, 4, 5], 4)).length, 8);
});
