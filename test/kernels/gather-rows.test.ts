import assert from 'node:assert/strict';
import test from 'node:test';
import { gatherRows } from '../../src/kernels/gather-rows.js';

test('gatherRows copies rows by index, twice where asked twice, in shared memory or where it is told', () => {
  const values = Float32Array.from({ length: 8 }, (_, i) => i);
  const rows = gatherRows(values, 2, [3, 0, 3]);
  assert.deepEqual([...rows], [6, 7, 0, 1, 6, 7]);
  assert.ok(rows.buffer instanceof SharedArrayBuffer);
  const into = new Float32Array(2);
  assert.equal(gatherRows(values, 2, Int32Array.of(1), into), into);
  assert.deepEqual([...into], [2, 3]);
});
