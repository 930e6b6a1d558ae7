import assert from 'node:assert/strict';
import test from 'node:test';
import { anomalyMap } from '../../src/detector/map.js';
import { anomalyMaps } from '../../src/detector/maps.js';
import { InputError } from '../../src/errors.js';
import { startThreads } from '../../src/kernels/threads.js';
import { createRandom } from '../../src/random.js';

test('maps drawn in threads are those drawn one by one, in order', async (t) => {
  const threads = startThreads(2);
  t.after(() => threads.close());
  const random = createRandom(3);
  for (const [images, grid, side, border] of [
    [5, 4, 9, 'repeat'],
    [1, 3, 17, 'mirror'],
  ] as const) {
    const scores = Float32Array.from({ length: images * grid * grid }, () => random.uniform(0, 5));
    const maps = await anomalyMaps(threads, scores, { grid, side, border });
    assert.equal(maps.length, images);
    for (const [i, map] of maps.entries()) {
      const own = scores.subarray(i * grid * grid, (i + 1) * grid * grid);
      assert.deepEqual([...map], [...anomalyMap(own, grid, side, border)]);
    }
  }
  await assert.rejects(anomalyMaps(threads, new Float32Array(5), { grid: 2, side: 4 }), RangeError);
  await assert.rejects(anomalyMaps(threads, Float32Array.of(Number.NaN), { grid: 1, side: 4 }), InputError);
});
