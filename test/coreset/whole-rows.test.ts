import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from 'softpatch-lab';
import { wholeQuery, wholeRows } from '../../src/coreset/whole-rows.js';

/** Reduced rows: coordinates, then a norm. */
function reduced(n: number, own: number, size: number, seed: number): Float32Array {
  const random = createRandom(seed).fork('rows');
  return Float32Array.from({ length: n * own }, (_, i) => {
    const value = random.normal() * size;
    return i % own === own - 1 ? Math.abs(value) : value;
  });
}

for (const [name, size, far] of [
  ['queries among the rows', 3, 1],
  ['queries far outside', 3, 40],
  ['tiny values', 1e-12, 2],
  ['huge values', 1e15, 2],
] as const) {
  test(`whole rows never put a query farther from a row than it is, but for the stated errors: ${name}`, () => {
    const own = 33;
    const rows = reduced(60, own, size, 1);
    const queries = reduced(40, own, size * far, 2);
    const whole = wholeRows(rows, own);
    assert.equal(whole.padded, 40);
    const query = new Int16Array(whole.padded);
    for (let q = 0; q < 40; q++) {
      const error = wholeQuery(queries, q, whole, query);
      let norm = 0;
      for (const value of query) norm += value * value;
      assert.ok(norm <= 16010 ** 2, 'twice a query stays in 16 bits, a squared distance in 31');
      for (let i = 0; i < 60; i++) {
        let bound = 0;
        let squared = 0;
        for (let a = 0; a < whole.padded; a++) bound += (query[a] - whole.values[i * whole.padded + a]) ** 2;
        for (let a = 0; a < own; a++) squared += (queries[q * own + a] - rows[i * own + a]) ** 2;
        const excess = Math.sqrt(bound) / whole.scale - Math.sqrt(squared);
        assert.ok(excess <= (whole.error + error) * (1 + 1e-9), `${excess} over ${whole.error + error}`);
        if (far === 1) assert.ok(excess > -0.05 * Math.sqrt(squared), 'and not much nearer');
      }
    }
  });
}

test('rows that are all one give bounds of 0 among themselves', () => {
  const rows = new Float32Array(5 * 4).fill(2);
  const whole = wholeRows(rows, 4);
  const query = new Int16Array(whole.padded);
  assert.equal(wholeQuery(rows, 0, whole, query), whole.error);
  assert.deepEqual([...query], [...whole.values.subarray(0, whole.padded)]);
});
