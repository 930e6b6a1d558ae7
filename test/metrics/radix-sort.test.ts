import assert from 'node:assert/strict';
import test from 'node:test';
import { sortScores } from '../../src/metrics/radix-sort.js';
import { createRandom } from '../../src/random.js';

const bits = (values: Float32Array): number[] => [...new Uint32Array(values.slice().buffer)];

test('sortScores gives the bytes of Float32Array.sort for signs, zeros, infinities, ties and denormals', () => {
  const random = createRandom(3);
  const special = [0, -0, 1, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-42, -1e-42, 3.4e38, -3.4e38];
  for (const length of [0, 1, 2, 4095, 4096, 50_000]) {
    const values = Float32Array.from({ length }, (_, i) =>
      i % 7 === 0 ? special[random.integer(special.length)] : Math.fround(random.normal() * 10 ** random.integer(20)),
    );
    assert.deepEqual(bits(sortScores(values.slice())), bits(values.slice().sort()), `${length} values`);
  }
});

test('sortScores sorts a view in place and leaves what lies around it', () => {
  const all = Float32Array.from({ length: 10_000 }, (_, i) => Math.sin(i));
  const [before, after] = [all.slice(0, 1000), all.slice(9000)];
  const view = all.subarray(1000, 9000);
  const expected = view.slice().sort();
  assert.equal(sortScores(view), view);
  assert.deepEqual(all.slice(1000, 9000), expected);
  assert.deepEqual([all.slice(0, 1000), all.slice(9000)], [before, after]);
});

test('sortScores refuses NaN, few values or many', () => {
  for (const length of [3, 5000]) {
    const values = new Float32Array(length);
    values[length - 1] = Number.NaN;
    assert.throws(() => sortScores(values), /a score is NaN/);
  }
});
