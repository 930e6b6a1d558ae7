import assert from 'node:assert/strict';
import test from 'node:test';
import { reweightingFactor } from '../../src/detector/reweight.js';

test('reweightingFactor(patch, bank, support) is 1 − softmax of the distances at the nearest row, by hand', () => {
  const bank = { rows: Float32Array.of(0, 0, 3, 4, 0, 1), picks: Int32Array.of(0, 1, 2), weights: null };
  const patch = Float32Array.of(0, 0);
  const powers = [0, 5, 1].map(Math.exp);
  const expected = 1 - powers[0] / (powers[0] + powers[1] + powers[2]);
  assert.ok(Math.abs(reweightingFactor(patch, bank, [0, 1, 2]) - expected) < 1e-12);
  assert.equal(reweightingFactor(patch, bank, [1]), 0, 'one row alone has all the weight');
});

test('reweightingFactor stays finite for distances whose exponentials overflow', () => {
  const bank = { rows: Float32Array.of(0, 5000), picks: Int32Array.of(0, 1), weights: null };
  assert.equal(reweightingFactor(Float32Array.of(0), bank, [0, 1]), 1);
  assert.equal(reweightingFactor(Float32Array.of(5000), bank, [0, 1]), 0);
});
