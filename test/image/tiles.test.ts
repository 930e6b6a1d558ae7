import assert from 'node:assert/strict';
import test from 'node:test';
import { cutTile, stitch, tilesOf } from '../../src/image/tiles.js';
import { createRandom } from '../../src/random.js';

test('tiles cover a picture, overlap by what was asked for at least, and lie within it', () => {
  for (const [width, height, tile, overlap] of [
    [8000, 2000, 512, 64],
    [512, 512, 512, 64],
    [513, 700, 512, 0],
    [101, 64, 32, 31],
  ]) {
    const places = tilesOf({ width, height }, tile, overlap);
    const covered = new Uint8Array(width * height);
    for (const { left, top } of places) {
      assert.ok(left >= 0 && top >= 0 && left + tile <= width && top + tile <= height);
      for (let y = top; y < top + tile; y++) covered.fill(1, y * width + left, y * width + left + tile);
    }
    assert.ok(covered.every((value) => value === 1));
    for (const axis of ['left', 'top'] as const) {
      const starts = [...new Set(places.map((place) => place[axis]))].sort((a, b) => a - b);
      for (let i = 1; i < starts.length; i++) assert.ok(starts[i] - starts[i - 1] <= tile - overlap, `${starts}`);
    }
  }
  assert.equal(tilesOf({ width: 8000, height: 2000 }, 512, 64).length, 18 * 5);
  assert.throws(
    () => tilesOf({ width: 8000, height: 500 }, 512, 64),
    /8000×500 px is smaller than a tile of 512.*Lower --tile to 500/,
  );
  assert.throws(() => tilesOf({ width: 800, height: 600 }, 512, 512), RangeError);
});

test('tiles that are cut and stitched again are the picture', () => {
  const random = createRandom(4);
  const [width, height, tile] = [83, 47, 20];
  const data = Uint8Array.from({ length: width * height }, () => random.integer(256));
  const places = tilesOf({ width, height }, tile, 7);
  const maps = places.map((place) =>
    Float32Array.from(cutTile({ width, height, channels: 1, data }, place, tile).data),
  );
  assert.deepEqual(stitch(places, maps, { width, height }, tile), Float32Array.from(data));
});

test('in an overlap every pixel is of the tile that holds it deepest; at the picture’s border no depth is lost', () => {
  const places = [
    { left: 0, top: 0 },
    { left: 6, top: 0 },
  ];
  const maps = [new Float32Array(100).fill(1), new Float32Array(100).fill(2)];
  const map = stitch(places, maps, { width: 16, height: 10 }, 10);
  for (let y = 0; y < 10; y++)
    assert.deepEqual([...map.subarray(y * 16, y * 16 + 16)], [1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2]);
  assert.throws(() => stitch(places, maps.slice(1), { width: 16, height: 10 }, 10), /1 maps of 2 tiles/);
});
