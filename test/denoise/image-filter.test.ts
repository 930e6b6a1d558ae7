import assert from 'node:assert/strict';
import test from 'node:test';
import { filterImages } from '../../src/denoise/image-filter.js';

const kept = (scores: number[], budget: number, nominal: number): string =>
  [...filterImages(Float32Array.from(scores), budget, nominal)].join('');

test('the budget counts nominal images, not all: q = trunc(t·N0)', () => {
  // 10 nominal + 2 noise images: t = .25 drops trunc(2.5) = 2, of all 12 it would be 3; t = .45 drops 4, not 5.
  const scores = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 11];
  assert.equal(kept(scores, 0.15, 10), '111111111101');
  assert.equal(kept(scores, 0.2, 10), '111111111100');
  assert.equal(kept(scores, 0.25, 10), '111111111100');
  assert.equal(kept(scores, 0.3, 10), '111111111000');
  assert.equal(kept(scores, 0.45, 10), '111111110000');
});

test('ties with the q-th largest score are dropped too', () => {
  assert.equal(kept([5, 1, 5, 2, 5, 3], 0.2, 5), '010101');
  assert.equal(kept([9, 1, 5, 5, 2, 3], 0.4, 5), '010011');
});

test('no budget, or one below a whole image, drops nothing', () => {
  assert.equal(kept([3, 2, 1], 0, 3), '111');
  assert.equal(kept([3, 2, 1], 0.3, 3), '111');
});

test('impossible budgets, NaN and dropping all are refused', () => {
  assert.throws(() => kept([1, 2], 1, 2), /budget of 1 is impossible/);
  assert.throws(() => kept([1, 2], -0.1, 2), /budget of -0.1 is impossible/);
  assert.throws(() => kept([1, Number.NaN], 0.5, 2), /score of a training image is NaN/);
  assert.throws(() => kept([4, 4, 4, 4], 0.5, 4), /drops all 4 images/);
});
