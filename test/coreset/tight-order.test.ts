import assert from 'node:assert/strict';
import test from 'node:test';
import { tightOrder } from '../../src/coreset/tight-blocks.js';
import { tightOrderInThreads } from '../../src/coreset/tight-order.js';
import { startThreads } from '../../src/kernels/threads.js';
import { createRandom } from '../../src/random.js';

const OWN = 4;
const random = createRandom(8);

for (const n of [9, 19999, 20000, 30011]) {
  test(`threads find the order that one finds: ${n} rows`, async () => {
    const normal = Float32Array.from({ length: n * OWN }, () => random.normal());
    const few = Float32Array.from({ length: n * OWN }, () => random.integer(3));
    for (const count of [1, 2, 3, 5]) {
      const threads = startThreads(count);
      for (const rows of [normal, few]) {
        assert.deepEqual(Int32Array.from(await tightOrderInThreads(threads, rows, OWN)), tightOrder(rows, OWN));
      }
      await threads.close();
    }
  });
}
