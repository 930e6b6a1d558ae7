import assert from 'node:assert/strict';
import test from 'node:test';
import { gatherSteps, scoresAt } from '../../../src/explore/view/steps.js';

const LISTS = [
  [
    { from: 3, score: 10 },
    { from: 2, score: 20 },
    { from: 1, score: 30 },
  ],
  [{ from: 5, score: 7 }],
];

test('scoresAt takes the first step whose cut is reached; the last holds for everything below', () => {
  const steps = gatherSteps(2, 0, (patch) => LISTS[patch]);
  assert.deepEqual([...scoresAt(steps, 4)], [10, 7]);
  assert.deepEqual([...scoresAt(steps, 3)], [10, 7]);
  assert.deepEqual([...scoresAt(steps, 2.5)], [20, 7]);
  assert.deepEqual([...scoresAt(steps, -9)], [30, 7]);
});

test('gatherSteps leaves out what no cut from the lowest on reaches', () => {
  const steps = gatherSteps(1, 2, () => LISTS[0]);
  assert.deepEqual([...steps.counts], [2]);
  assert.deepEqual([...scoresAt(steps, 2)], [20]);
});
