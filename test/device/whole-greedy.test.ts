import assert from 'node:assert/strict';
import test from 'node:test';
import { type Anchors, startRows } from '../../src/coreset/anchors.js';
import { type GreedyOptions, greedyCoreset } from '../../src/coreset/greedy.js';
import { wholeGreedyCoreset } from '../../src/device/whole-greedy.js';
import { startThreads } from '../../src/kernels/threads.js';
import { createRandom } from '../../src/random.js';
import { cpuDevice } from './cpu-device.js';

test('picks are the threads’ over random shapes, masks and anchors, with as many rows as there are', async (t) => {
  const threads = startThreads(2);
  t.after(() => threads.close());
  const device = await cpuDevice();
  const random = createRandom(5);
  for (let round = 0; round < 8; round++) {
    const own = random.fork(String(round));
    const [n, d] = [40 + own.integer(60), 4 * (1 + own.integer(6))];
    const z = Float32Array.from({ length: n * d }, () => own.normal() + 1);
    // Some rows are equal: nothing is left at a distance before all are taken.
    if (round % 2) z.copyWithin(0, d, Math.floor(n / 3) * d);
    if (round % 2) for (let i = 1; i < n / 3; i++) z.copyWithin(i * d, 0, d);
    const kept = round % 4 > 1 ? Uint8Array.from({ length: n }, () => Number(own.integer(5) > 0)) : undefined;
    const anchors: Anchors = round < 4 ? startRows(own, n) : { kind: 'all' };
    const options: GreedyOptions = { count: round % 2 ? n : n >> 1, anchors, kept, firstPickFromKept: round > 5 };
    const expected = await greedyCoreset(threads, z, d, options);
    const found = await wholeGreedyCoreset(device, { z, d, options });
    assert.deepEqual([...found], [...expected], `round ${round}: ${n} × ${d}`);
  }
});
