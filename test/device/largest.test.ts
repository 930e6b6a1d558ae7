import assert from 'node:assert/strict';
import test from 'node:test';
import { largestColumns } from '../../src/device/largest.js';
import { createRandom } from '../../src/random.js';
import { cpuDevice } from './cpu-device.js';

test('the largest of a row is found in narrow rows and in groups of wide ones, the lowest of equals', async () => {
  const { tf } = await cpuDevice();
  const random = createRandom(2);
  for (const [q, m] of [
    [3, 5],
    [4, 256],
    [5, 257],
    [2, 640],
    [7, 1000],
  ]) {
    // Few different values, so that many are equal; all below zero, so that what fills a group would show.
    const values = Float32Array.from({ length: q * m }, () => -1 - random.integer(40));
    const found = tf.tidy(() => largestColumns(tf, tf.tensor2d(values, [q, m])).dataSync());
    for (let i = 0; i < q; i++) {
      const row = [...values.subarray(i * m, (i + 1) * m)];
      assert.equal(found[i], row.indexOf(Math.max(...row)), `row ${i} of ${m}`);
    }
  }
});
