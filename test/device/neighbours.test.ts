import assert from 'node:assert/strict';
import test from 'node:test';
import { deviceNeighbours } from '../../src/device/neighbours.js';
import { createRandom } from '../../src/random.js';
import { cpuDevice } from './cpu-device.js';

const D = 12;

function rows(n: number, seed: number): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length: n * D }, () => random.normal() + 3);
}

/** Every distance by differences, sorted with ties to the lower row. */
function brute(bank: Float32Array, query: Float32Array): { row: number; squared: number }[] {
  return Array.from({ length: bank.length / D }, (_, row) => {
    let squared = 0;
    for (let a = 0; a < D; a++) squared += (bank[row * D + a] - query[a]) ** 2;
    return { row, squared };
  }).sort((a, b) => a.squared - b.squared || a.row - b.row);
}

test('the nearest rows are those of brute force, over several blocks of bank and queries', async () => {
  const bank = rows(130, 1);
  bank.copyWithin(90 * D, 10 * D, 14 * D);
  const queries = rows(25, 2);
  queries.set(bank.subarray(11 * D, 12 * D), 3 * D);
  const index = await deviceNeighbours(await cpuDevice(4 * D * 40), { bank, d: D, k: 3 });
  const found = await index.search(queries);
  for (let q = 0; q < 25; q++) {
    const expected = brute(bank, queries.subarray(q * D, (q + 1) * D)).slice(0, 3);
    assert.deepEqual(
      [...found.rows.subarray(q * 3, q * 3 + 3)],
      expected.map(({ row }) => row),
      `query ${q}`,
    );
    expected.forEach(({ squared }, j) => {
      assert.ok(Math.abs(found.squared[q * 3 + j] - squared) <= 1e-5 * squared + 1e-12);
    });
  }
  assert.equal(found.squared[9], 0, 'a row of the bank is at no distance from itself');
  assert.deepEqual([...found.rows.subarray(9, 11)], [11, 91], 'ties go to the lower row');
  index.dispose();
});

test('fewer rows than k give all of them, other shapes are refused', async () => {
  const device = await cpuDevice();
  const index = await deviceNeighbours(device, { bank: rows(2, 3), d: D, k: 5 });
  const { rows: found } = await index.search(rows(4, 4));
  assert.equal(found.length, 8);
  await assert.rejects(index.search(new Float32Array(D + 1)), RangeError);
  await assert.rejects(deviceNeighbours(device, { bank: new Float32Array(0), d: D, k: 1 }), RangeError);
  const before = device.tf.memory().numTensors;
  index.dispose();
  assert.equal(device.tf.memory().numTensors, before - 3, 'mean, rows and squares');
});
