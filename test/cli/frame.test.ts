import assert from 'node:assert/strict';
import test from 'node:test';
import { featureChoice } from '../../src/cli/options.js';
import { PADIM_STAR } from '../../src/detector/padim.js';
import { findSystem } from '../../src/detector/systems.js';
import { type Preprocessing, padToSquare, resizeAndCrop, shareOutside } from '../../src/image/preprocess.js';
import type { Raster } from '../../src/image/raster.js';

/** 60 × 20, black but for a column of given value at x. */
function bar(x: number, value: number, channels: 1 | 3 = 1): Raster {
  const data = new Uint8Array(60 * 20 * channels);
  for (let y = 0; y < 20; y++) data.fill(value, (y * 60 + x) * channels, (y * 60 + x + 1) * channels);
  return { width: 60, height: 20, channels, data };
}

const cropped: Preprocessing = { resize: 20, crop: 20, filter: 'nearest' };

test('padding keeps the picture in the middle, around it the mean colour, in masks nothing', () => {
  const { width, height, data } = padToSquare(bar(0, 200, 3));
  assert.deepEqual([width, height], [60, 60]);
  assert.deepEqual([...data.subarray(0, 3)], [124, 116, 104]);
  assert.deepEqual([...data.subarray(20 * 60 * 3, 20 * 60 * 3 + 6)], [200, 200, 200, 0, 0, 0]);
  assert.deepEqual([...new Set(padToSquare(bar(0, 0)).data)], [0]);
  const square: Raster = { width: 2, height: 2, channels: 1, data: new Uint8Array(4) };
  assert.equal(padToSquare(square), square);
});

test('a crop loses the ends of an oblong picture; squeezed and padded they stay', () => {
  const sum = (preprocessing: Preprocessing): number =>
    resizeAndCrop(bar(1, 255), preprocessing).data.reduce((total, value) => total + (value > 0 ? 1 : 0), 0);
  assert.equal(sum(cropped), 0);
  assert.equal(sum({ ...cropped, resize: 60, crop: 60, square: true }), 60);
  assert.equal(sum({ ...cropped, resize: 60, crop: 60, pad: true }), 20);
});

test('the share of a mask outside the crop is counted', () => {
  assert.equal(shareOutside(bar(1, 255), cropped), 1);
  assert.equal(shareOutside(bar(30, 255), cropped), 0);
  assert.equal(shareOutside(bar(30, 255), { ...cropped, crop: 10 }), 0.5);
  assert.equal(shareOutside(bar(1, 255), { ...cropped, square: true }), 0);
  assert.equal(shareOutside(bar(1, 255), { ...cropped, pad: true }), 0);
  assert.equal(shareOutside(bar(1, 255), { ...cropped, pad: true, square: true }), 0);
  assert.equal(shareOutside(bar(1, 0), cropped), null);
});

test('--frame says how pictures become square; without it the method does', () => {
  const bank = findSystem('patchcore').reading('paper');
  const star = PADIM_STAR.reading('anomalib-2022');
  const of = (options: object, usual = bank): unknown =>
    featureChoice({ weights: 'random', ...options }, usual).preprocessing;
  assert.deepEqual(of({}), {});
  assert.deepEqual(of({ resize: 64, crop: 32 }), { resize: 64, crop: 32 });
  assert.deepEqual(of({ frame: 'squeeze' }), { resize: 256, crop: 256, square: true });
  assert.deepEqual(of({ frame: 'pad', resize: 100 }), { resize: 100, crop: 100, pad: true });
  assert.deepEqual(of({ resize: 64 }, star), { resize: 64, crop: 64 });
  assert.deepEqual(of({ frame: 'crop', crop: 224 }, star), { crop: 224, square: false });
  assert.throws(() => of({ frame: 'pad', resize: 100, crop: 50 }), /--frame pad sees the whole picture/);
});
