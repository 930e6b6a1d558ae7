import assert from 'node:assert/strict';
import test from 'node:test';
import sharp from 'sharp';
import { anomalousRegion, contrastAbout, explainedPicture } from '../../src/figures/explained.js';
import { outline } from '../../src/image/outline.js';
import type { Raster } from '../../src/image/raster.js';

const side = 40;
const grey: Raster = { width: side, height: side, channels: 3, data: new Uint8Array(side * side * 3).fill(120) };
/** A bump of 10 at the middle, 0 at the border. */
const map = Float32Array.from({ length: side * side }, (_, p) =>
  Math.max(0, 10 - Math.hypot((p % side) - 20, Math.floor(p / side) - 20)),
);

test('an outline is the region’s pixels that touch another one', () => {
  const region = new Uint8Array(side * side);
  for (const y of [1, 2, 3]) for (const x of [1, 2, 3]) region[y * side + x] = 1;
  const { data } = outline(grey, region, [1, 2, 3]);
  const changed = [...region.keys()].filter((p) => data[3 * p] === 1);
  assert.deepEqual(changed, [41, 42, 43, 81, 83, 121, 122, 123]);
  assert.equal(grey.data[3 * 41], 120);
  assert.throws(() => outline(grey, new Uint8Array(3), [0, 0, 0]), RangeError);
});

test('an anomalous image has a region, a normal one none, whatever the blur took', () => {
  const count = (score: number, decisionThreshold: number | null): number =>
    anomalousRegion({ map, score, decisionThreshold }).reduce((sum, value) => sum + value, 0);
  assert.ok(count(14, 13.9) >= 1);
  assert.equal(count(14, 14), 0);
  assert.ok(count(14, 10) > count(14, 13));
  assert.equal(count(14, null), 0);
});

test('three panels side by side: image, heat, outlines of what was found and of the mask', async () => {
  const mask = Uint8Array.from(map, (value) => (value > 7 ? 1 : 0));
  const contrast = contrastAbout(8);
  assert.deepEqual(contrast, [4, 12]);
  const shown = { image: grey, map, score: 10, decisionThreshold: 6, mask, title: 'a.png <&>', contrast };
  const png = await explainedPicture(shown);
  const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  assert.deepEqual([info.width, info.height], [3 * side + 24, side + 56]);
  const pixel = (panel: number, x: number, y: number): number[] => {
    const at = ((y + 6) * info.width + 6 + panel * (side + 6) + x) * 3;
    return [...data.subarray(at, at + 3)];
  };
  assert.deepEqual(pixel(0, 20, 20), [120, 120, 120]);
  assert.notDeepEqual(pixel(1, 20, 20), [120, 120, 120]);
  // Along the middle row the region above 6 begins at distance 3, the mask at distance 2.
  assert.deepEqual(pixel(2, 17, 20), [0, 200, 255]);
  assert.deepEqual(pixel(2, 18, 20), [80, 255, 80]);
  assert.deepEqual(pixel(2, 5, 20), [120, 120, 120]);
});
