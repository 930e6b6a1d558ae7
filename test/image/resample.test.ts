import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import type { Raster } from '../../src/image/raster.js';
import { type ResampleFilter, resample } from '../../src/image/resample.js';

/** Output of Pillow 9.4 on the same pattern. */
const pillow = JSON.parse(readFileSync('test/fixtures/pillow-resample.json', 'utf8')) as Record<string, unknown>;

function pattern(): Raster {
  const [width, height] = [32, 24];
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) {
    const [c, x, y] = [i % 3, Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    data[i] = (x * x * 7 + y * 13 + x * y * 3 + c * 91 + (x ^ y) * 5) % 256;
  }
  return { width, height, channels: 3, data };
}

for (const filter of ['bilinear', 'bicubic', 'lanczos', 'nearest'] as ResampleFilter[]) {
  test(`resample(image, …, ${filter}) equals Pillow byte for byte, down and up`, () => {
    assert.deepEqual([...resample(pattern(), 10, 7, filter).data], pillow[filter]);
    const up = resample(pattern(), 40, 30, filter).data;
    assert.deepEqual([...up.subarray(0, 90)], pillow[`${filter}-up`]);
    assert.equal(createHash('sha256').update(up).digest('hex'), pillow[`${filter}-up-sha256`]);
  });
}

test('resample of the row 0, 10, 50, 100, 255, 30, 7 to width 3 is 15, 115, 70', () => {
  const row: Raster = { width: 7, height: 1, channels: 1, data: Uint8Array.of(0, 10, 50, 100, 255, 30, 7) };
  assert.deepEqual([...resample(row, 3, 1).data], [15, 115, 70]);
});

test('resample keeps a flat image flat and refuses a side of 0', () => {
  const flat: Raster = { width: 9, height: 5, channels: 1, data: new Uint8Array(45).fill(200) };
  assert.ok(resample(flat, 23, 17, 'lanczos').data.every((value) => value === 200));
  assert.throws(() => resample(flat, 0, 4), RangeError);
});
