import assert from 'node:assert/strict';
import test from 'node:test';
import { median, quantile } from '../src/quantile.js';

const tenDown = Float32Array.from({ length: 10 }, (_, i) => 10 - i);

test('quantile(1…10, .85) is 8.65, or the value below or above', () => {
  assert.ok(Math.abs(quantile(tenDown, 0.85) - 8.65) < 1e-12);
  assert.equal(quantile(tenDown, 0.85, 'lower'), 8);
  assert.equal(quantile(tenDown, 0.85, 'higher'), 9);
  for (const between of ['linear', 'lower', 'higher'] as const) {
    assert.deepEqual(
      [0, 1 / 3, 1].map((q) => quantile([40, 20, 10, 30], q, between)),
      [10, 20, 40],
      'on a rank all three agree',
    );
  }
  assert.deepEqual([...tenDown], [10, 9, 8, 7, 6, 5, 4, 3, 2, 1], 'the values stay where they are');
});

test('median is the middle, or the mean of both', () => {
  assert.equal(median([10, 9, 100]), 10);
  assert.equal(median(Float32Array.of(4, 1, 3, 2)), 2.5);
  assert.equal(median([-3]), -3);
});

test('a quantile of nothing or beyond the ends is refused', () => {
  assert.throws(() => quantile([1], 1.5), /does not exist/);
  assert.throws(() => quantile([1], Number.NaN), /does not exist/);
  assert.throws(() => median([]), /no values/);
});
