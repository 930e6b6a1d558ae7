import assert from 'node:assert/strict';
import test from 'node:test';
import { centreRows, meanRow } from '../../src/device/centre-rows.js';

test('rows are taken about their mean, all or some', () => {
  const rows = Float32Array.of(1, 10, 3, 30, 5, 20);
  const mean = meanRow(rows, 2);
  assert.deepEqual([...mean], [3, 20]);
  assert.deepEqual([...centreRows(rows, mean)], [-2, -10, 0, 10, 2, 0]);
  assert.deepEqual([...centreRows(rows, mean, 1, 2)], [0, 10]);
  assert.deepEqual([...rows], [1, 10, 3, 30, 5, 20]);
});
