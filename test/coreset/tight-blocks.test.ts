import assert from 'node:assert/strict';
import test from 'node:test';
import { BLOCK_ROWS, fillMiddles, tightOrder } from '../../src/coreset/tight-blocks.js';
import { wholeRows } from '../../src/coreset/whole-rows.js';
import { createRandom } from '../../src/random.js';

const random = createRandom(5);
const OWN = 8;
const data: Record<string, Float32Array> = {
  'one row': Float32Array.from({ length: OWN }, () => random.normal()),
  'eight rows and one': Float32Array.from({ length: 9 * OWN }, () => random.normal()),
  'many rows': Float32Array.from({ length: 1003 * OWN }, () => random.normal()),
  'equal rows': new Float32Array(100 * OWN).fill(2),
  'few values': Float32Array.from({ length: 333 * OWN }, () => random.integer(3)),
};

for (const [name, rows] of Object.entries(data)) {
  const n = rows.length / OWN;

  test(`a tight order names every row once: ${name}`, () => {
    const order = tightOrder(rows, OWN);
    assert.deepEqual(
      [...order].sort((a, b) => a - b),
      Array.from({ length: n }, (_, i) => i),
    );
  });

  test(`no row is farther from its block's middle than its offset says, in whole numbers: ${name}`, () => {
    const whole = wholeRows(rows, OWN);
    for (const order of [null, tightOrder(rows, OWN)]) {
      const blocks = Math.ceil(n / BLOCK_ROWS);
      const middles = new Int16Array(blocks * whole.padded);
      const [squares, offsets] = [new Int32Array(blocks), new Float32Array(blocks * BLOCK_ROWS)];
      fillMiddles({ middles, squares, offsets }, whole, order);
      for (let place = 0; place < n; place++) {
        const row = order ? order[place] : place;
        const block = Math.floor(place / BLOCK_ROWS);
        let [sum, square] = [0, 0];
        for (let a = 0; a < whole.padded; a++) {
          const middle = middles[block * whole.padded + a];
          sum += (whole.values[row * whole.padded + a] - middle) ** 2;
          square += middle ** 2;
        }
        assert.ok(Math.sqrt(sum) <= offsets[place]);
        assert.ok(offsets[place] <= 1.00001 * Math.sqrt(sum) + 1e-6);
        assert.equal(squares[block], square);
      }
    }
  });
}

test('rows of four far clusters in any order come to lie with their own', () => {
  const cluster = Int32Array.from({ length: 64 }, (_, i) => i % 4);
  const rows = Float32Array.from({ length: 64 * OWN }, (_, i) => {
    const own = cluster[Math.floor(i / OWN)];
    return (i % OWN === 0 ? 100 * (own & 1) : 0) + (i % OWN === 1 ? 100 * (own >> 1) : 0) + random.normal() * 0.1;
  });
  const order = tightOrder(rows, OWN);
  for (let from = 0; from < 64; from += BLOCK_ROWS) {
    const own = new Set(Array.from(order.subarray(from, from + BLOCK_ROWS), (row) => cluster[row]));
    assert.equal(own.size, 1);
  }
});
