import assert from 'node:assert/strict';
import test from 'node:test';
import { principalCoordinates } from '../../src/coreset/principal-coordinates.js';
import { startThreads } from '../../src/kernels/threads.js';

test('principalCoordinates(rows) of points on a line are their positions on it, centred', async () => {
  const threads = startThreads(1);
  try {
    const dimensions = 16;
    const along = [-3, -1, 0, 1, 3];
    // Direction (3, 4, 0 …)/5, moved off the origin.
    const rows = new Float32Array(along.length * dimensions).fill(7);
    along.forEach((t, i) => {
      rows[i * dimensions] += 0.6 * t;
      rows[i * dimensions + 1] += 0.8 * t;
    });
    const points = await principalCoordinates(threads, rows, dimensions, 2);
    const sign = Math.sign(points[0]) === -1 ? 1 : -1;
    along.forEach((t, i) => {
      assert.ok(Math.abs(sign * points[2 * i] - t) < 1e-4, `${points[2 * i]} for ${t}`);
      assert.ok(Math.abs(points[2 * i + 1]) < 1e-3);
    });
    assert.deepEqual(await principalCoordinates(threads, rows, dimensions, 2), points, 'same rows, same bytes');
  } finally {
    await threads.close();
  }
});
