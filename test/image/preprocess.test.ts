import assert from 'node:assert/strict';
import test from 'node:test';
import { moveAffine } from '../../src/image/affine.js';
import { binariseMask } from '../../src/image/mask.js';
import { centreCrop, normalise, PATCHCORE_PREPROCESSING, resizeAndCrop } from '../../src/image/preprocess.js';
import type { Raster } from '../../src/image/raster.js';
import { resample } from '../../src/image/resample.js';

const grey = (width: number, height: number, at: (x: number, y: number) => number): Raster => ({
  width,
  height,
  channels: 1,
  data: Uint8Array.from({ length: width * height }, (_, i) => at(i % width, Math.floor(i / width))),
});

test('centreCrop takes the middle; an odd rest of 1 or 3 rounds half to even', () => {
  assert.deepEqual(
    [
      ...centreCrop(
        grey(5, 4, (x) => x),
        4,
      ).data.subarray(0, 4),
    ],
    [0, 1, 2, 3],
  );
  assert.deepEqual(
    [
      ...centreCrop(
        grey(7, 4, (x) => x),
        4,
      ).data.subarray(0, 4),
    ],
    [2, 3, 4, 5],
  );
});

test('resizeAndCrop brings the shorter side to 256 and crops 224 from any shape', () => {
  for (const [width, height, wide, high] of [
    [300, 200, 384, 256],
    [200, 300, 256, 384],
    [1024, 1024, 256, 256],
    [57, 400, 256, 1796],
  ]) {
    const image = grey(width, height, (x, y) => (x * 7 + y * 3) % 251);
    const cropped = resizeAndCrop(image, PATCHCORE_PREPROCESSING);
    assert.deepEqual([cropped.width, cropped.height], [224, 224]);
    assert.deepEqual(cropped, centreCrop(resample(image, wide, high, 'bilinear'), 224), `${width} × ${height}`);
  }
  assert.throws(
    () =>
      resizeAndCrop(
        grey(9, 9, () => 0),
        { resize: 200, crop: 224, filter: 'bilinear' },
      ),
    /larger than the resized side/,
  );
});

test('normalise subtracts the ImageNet mean and divides by its deviation', () => {
  const out = normalise({ width: 1, height: 1, channels: 3, data: Uint8Array.of(0, 128, 255) });
  [(0 - 0.485) / 0.229, (128 / 255 - 0.456) / 0.224, (1 - 0.406) / 0.225].forEach((value, i) => {
    assert.ok(Math.abs(out[i] - value) < 1e-6);
  });
});

test('eroded255 loses a 6-pixel scratch whole and shrinks a 40-pixel square from 100 to 64, as the authors’ code', () => {
  const square = grey(1024, 1024, (x, y) => (x >= 480 && x < 520 && y >= 480 && y < 520 ? 255 : 0));
  const scratch = grey(1024, 1024, (x) => (x >= 500 && x < 506 ? 255 : 0));
  const count = (mask: Raster, mode: 'nearest' | 'half' | 'eroded255'): number =>
    binariseMask(mask, PATCHCORE_PREPROCESSING, mode).reduce((sum, value) => sum + value, 0);
  assert.equal(count(square, 'eroded255'), 64);
  assert.equal(count(square, 'nearest'), 100);
  assert.equal(count(scratch, 'eroded255'), 0);
  assert.ok(count(scratch, 'half') > 0);
});

test('moveAffine is the identity for no change, shifts exactly, and undoes a half turn', () => {
  const pixels = Float32Array.from({ length: 64 }, (_, i) => i);
  const still = { angle: 0, shiftX: 0, shiftY: 0, scale: 1, shear: 0 };
  assert.deepEqual(moveAffine(pixels, 8, 1, still), pixels);
  const shifted = moveAffine(pixels, 8, 1, { ...still, shiftX: 0.25, shiftY: 0 });
  assert.deepEqual([...shifted.subarray(0, 8)], [0, 0, 0, 1, 2, 3, 4, 5]);
  const turned = moveAffine(pixels, 8, 1, { ...still, angle: 180 });
  assert.deepEqual([...turned], [...pixels].reverse());
  const larger = moveAffine(pixels, 8, 1, { ...still, scale: 1.5 });
  assert.equal(larger.filter((value) => value === 0).length, 0, 'enlarging fills no border');
});

test('square resizing takes both sides to the target, whatever the shape', () => {
  const wide = grey(40, 10, (x) => (x < 20 ? 0 : 200));
  const { width, height, data } = resizeAndCrop(wide, { resize: 20, crop: 20, filter: 'bilinear', square: true });
  assert.deepEqual([width, height], [20, 20]);
  assert.deepEqual([data[0], data[19]], [0, 200]);
  assert.deepEqual(resizeAndCrop(wide, { resize: 10, crop: 10, filter: 'bilinear' }).data[9], 200);
});

test('linear takes two taps however far it shrinks, bilinear averages', () => {
  // Centre of the only output is 4: taps 3 and 4, half each.
  const spike = grey(8, 1, (x) => (x === 3 ? 200 : x === 0 ? 80 : 0));
  const shrink = (filter: 'linear' | 'bilinear'): number => resample(spike, 1, 1, filter).data[0];
  assert.equal(shrink('linear'), 100);
  assert.ok(shrink('bilinear') < 60);
});
