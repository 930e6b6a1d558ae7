import assert from 'node:assert/strict';
import test from 'node:test';
import { type FarRows, isFar, rowCount, rowsHere } from '../../src/engine/rows.js';

test('rows are here or far; far ones are read where they are wanted here', async () => {
  const here = Float32Array.of(1, 2, 3, 4);
  const far: FarRows = {
    count: 5,
    d: 2,
    here: async () => new Float32Array(10).fill(7),
    gather: async () => far,
    free: () => {},
  };
  assert.deepEqual([isFar(here), isFar(far)], [false, true]);
  assert.equal(await rowsHere(here), here);
  assert.deepEqual([...(await rowsHere(far))], new Array(10).fill(7));
  assert.deepEqual([rowCount(here, 2), rowCount(far, 2)], [2, 5]);
});
