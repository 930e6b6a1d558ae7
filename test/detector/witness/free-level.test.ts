import assert from 'node:assert/strict';
import test from 'node:test';
import { freeLevel } from '../../../src/detector/witness/free-level.js';

/** Prices by level, of images of which so many are asked. */
function levelOf(raisedBelow: number, { count = 60, to = 9 } = {}): number | null {
  const asked: string[] = [];
  const price = {
    count: () => count,
    share: (level: number, among: string) => {
      asked.push(among);
      return level < raisedBelow ? 1 / count : 0;
    },
  };
  const found = freeLevel({ price, among: 'all', from: 4, to, cutAt: (level) => level, most: 0.07, alpha: 0.05 });
  assert.ok(asked.every((among) => among === 'all'));
  return found;
}

test('doubt begins at the lowest level, in half deviations, at which no image is raised', () => {
  assert.equal(levelOf(0), 4);
  assert.equal(levelOf(4.1), 4.5);
  assert.equal(levelOf(6.5), 6.5);
  for (let below = 4; below < 9; below += 0.3) assert.equal(levelOf(below), 4 + Math.ceil((below - 4) / 0.5) * 0.5);
});

test('where every level raises someone, and of too few images, nothing is doubted', () => {
  assert.equal(levelOf(100), null);
  assert.equal(levelOf(0, { to: 4 }), 4);
  assert.equal(levelOf(4.5, { to: 4 }), null);
  for (const to of [3.9, Number.NaN, Number.POSITIVE_INFINITY]) assert.equal(levelOf(0, { to }), null);
  // None raised of 41 leaves 1 − .05^(1/41) = .0705 possible, of 42 .0688.
  assert.equal(levelOf(0, { count: 41 }), null);
  assert.equal(levelOf(0, { count: 42 }), 4);
});
