import assert from 'node:assert/strict';
import test from 'node:test';
import { DEPTH, nearestKept } from '../../src/analysis/nearest-kept.js';
import { NO_ROW } from '../../src/detector/no-row.js';
import { threadCompute } from '../../src/engine/stage.js';
import { startThreads } from '../../src/kernels/threads.js';
import { createRandom } from '../../src/random.js';

const D = 16;
const random = createRandom(3);
const normal = (n: number): Float32Array => Float32Array.from({ length: n * D }, () => random.normal());
const rows = normal(300);
const queries = Float32Array.from([...normal(60), ...rows.subarray(0, 20 * D)]);
const stage = (): (() => void) => () => undefined;

/** Squared distances of a query to all rows, in float32 from the first dimension to the last, as close as double precision gets. */
const squaredTo = (q: number, row: number): number => {
  let sum = 0;
  for (let a = 0; a < D; a++) sum += (queries[q * D + a] - rows[row * D + a]) ** 2;
  return sum;
};

for (const [name, weights, k] of [
  ['half the rows stay', Float32Array.from({ length: 300 }, (_, i) => (i * 37) % 300), 1],
  ['three neighbours', Float32Array.from({ length: 300 }, (_, i) => (i * 37) % 300), 3],
  ['equal weights', new Float32Array(300).fill(5), 2],
] as const) {
  test(`every cut's nearest rows are among those kept: ${name}`, async () => {
    const threads = startThreads(2);
    const lowest = 150;
    const bank = { rows, d: D, weights, lowest };
    const found = await nearestKept(threadCompute(threads, 'wasm'), bank, k, queries, { stage });
    await threads.close();
    let looked = 0;
    for (let q = 0; q < queries.length / D; q++) {
      const own = [...found.rows.subarray(q * found.depth, (q + 1) * found.depth)].filter((row) => row !== NO_ROW);
      assert.equal(new Set(own).size, own.length);
      const order = Array.from(weights.keys()).sort((a, b) => squaredTo(q, a) - squaredTo(q, b) || a - b);
      for (const cut of [150, 151, 180, 200, 250, 299]) {
        const expected = order.filter((row) => weights[row] <= cut).slice(0, k);
        const before = order.slice(0, order.indexOf(expected.at(-1)!)).filter((row) => weights[row] > lowest).length;
        if (before >= DEPTH) continue;
        assert.deepEqual(own.filter((row) => weights[row] <= cut).slice(0, k), expected, `query ${q}, cut ${cut}`);
        looked++;
      }
      const last = found.rows[(q + 1) * found.depth - 1];
      assert.ok(weights[last] <= lowest, 'the last one always stays');
    }
    assert.ok(looked > 300);
  });
}

test('where no row always stays, the nearest ones are kept', async () => {
  const threads = startThreads(1);
  const weights = new Float32Array(300).fill(1);
  const bank = { rows, d: D, weights, lowest: 0 };
  const found = await nearestKept(threadCompute(threads, 'wasm'), bank, 1, queries, { stage });
  await threads.close();
  assert.equal(found.depth, DEPTH);
  for (let q = 0; q < 20; q++) {
    const order = Array.from(weights.keys()).sort((a, b) => squaredTo(q, a) - squaredTo(q, b));
    assert.deepEqual([...found.rows.subarray(q * DEPTH, (q + 1) * DEPTH)], order.slice(0, DEPTH));
  }
});
