import assert from 'node:assert/strict';
import test from 'node:test';
import { nearestStop, type Stop, stopKey } from '../../../src/explore/view/stop.js';

const lof: Stop = { judge: 'lof', k: 6, ratio: 0.01, noise: 0.1 };
const witness: Stop = { judge: 'witness', k: 0, ratio: 0.1, noise: 0 };
const deep: Stop = { ...lof, k: 12 };
const keys = [witness, lof, deep].map(stopKey);

test('nearestStop keeps what was chosen and changes as little else as it can', () => {
  assert.deepEqual(nearestStop(keys, { ...witness, judge: 'lof' }, 'judge'), lof);
  assert.deepEqual(nearestStop(keys, { ...deep, judge: 'witness', k: 0 }, 'judge'), witness);
  assert.deepEqual(nearestStop(keys, { ...deep, noise: 0 }, 'noise'), witness);
  assert.deepEqual(nearestStop(keys, deep, 'k'), deep);
});

test('nearestStop stays where no stop has the value', () => {
  const wanted = { ...lof, ratio: 0.5 };
  assert.deepEqual(nearestStop(keys, wanted, 'ratio'), wanted);
});
