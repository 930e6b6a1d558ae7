import assert from 'node:assert/strict';
import test from 'node:test';
import { type Among, priceOfDoubt } from '../../../src/detector/witness/price.js';

// Five images of one patch. Each has the patches of two others as neighbours, at 1, 2, 3, 4 and 5 and at twice that.
const others = {
  patches: Int32Array.of(1, 2, 0, 2, 0, 1, 0, 1, 0, -1),
  squared: Float32Array.from([1, 2, 2, 4, 3, 6, 4, 8, 5, Number.POSITIVE_INFINITY], (distance) => distance ** 2),
};
const deviations = Float64Array.of(0, 1, 2, 3, 4);
const price = (judged: number[], set = {}, among: Among = 'ordinary'): number =>
  priceOfDoubt({ others, judged: Float32Array.from(judged), positions: 1, deviations, witnesses: 2, ...set }).share(
    1,
    among,
  );

test('doubt that concerns no nearest row costs nothing', () => {
  assert.equal(price([1, 1, 1, 1, 1]), 0);
  assert.equal(price([1, 1, 1, 2, 2]), 0);
});

test('an image pays where its nearest row is doubted and its second one lies much farther', () => {
  // Logarithms of 1 … 5: the median is log 3, and log 3 − log 2 the middle of log 3, log 1.5 and 0. Doubling raises by log 2, which is more.
  // Patch 1 is the nearest of image 0; patch 0 of images 1, 2, 3 and 4, the last of which has no second one and so is raised most.
  assert.equal(price([1, 2, 1, 1, 1]), 1 / 5);
  assert.equal(price([2, 1, 1, 1, 1]), 4 / 5);
});

test('images beyond four deviations are not asked, and with none left doubt has its full price', () => {
  assert.equal(price([2, 1, 1, 1, 1], { deviations: Float64Array.of(0, 1, 2, 9, 9) }), 2 / 3);
  assert.equal(price([1, 1, 1, 1, 1], { deviations: new Float64Array(5).fill(5) }), 1);
  assert.equal(price([2, 1, 1, 1, 1], { deviations: Float64Array.of(0, 1, 2, 9, 9) }, 'all'), 4 / 5);
});

test('the price is that of the witnesses asked for', () => {
  assert.equal(price([2, 2, 2, 2, 2], { witnesses: 1 }), 0);
  // With none a doubted patch never counts: image 0 goes on to patch 2, images 1 and 3 to 2 and 1.
  assert.equal(price([2, 1, 1, 1, 1], { witnesses: 0 }), 4 / 5);
  assert.equal(price([2, 2, 2, 2, 2], { witnesses: 0 }), 1);
  assert.equal(price([2, 2, 2, 2, 2], { witnesses: 3 }), 1);
});
