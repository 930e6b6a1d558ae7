import assert from 'node:assert/strict';
import test from 'node:test';
import { toPoints, toUnits } from '../../../src/jupyter/protocol/code-points.js';

test('toUnits and toPoints are each other inverse, also outside the basic plane', () => {
  const text = 'a😀b𝛕c';
  const points = [...text];
  for (let i = 0; i <= points.length; i++) {
    const units = points.slice(0, i).join('').length;
    assert.equal(toUnits(text, i), units);
    assert.equal(toPoints(text, units), i);
  }
  assert.equal(toUnits(text, 99), text.length);
});
