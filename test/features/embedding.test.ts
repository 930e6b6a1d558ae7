import assert from 'node:assert/strict';
import test from 'node:test';
import { concatenationMaps, createEmbedding, layerMaps } from '../../src/features/embedding.js';
import type { FeatureMap } from '../../src/features/forward.js';
import { bilinearTaps } from '../../src/image/bilinear.js';
import { createRandom } from '../../src/random.js';

const random = createRandom(7);
const map = (side: number, channels: number): FeatureMap => ({
  height: side,
  width: side,
  channels,
  data: Float32Array.from({ length: side * side * channels }, () => random.normal()),
});

/** Adaptive average pooling of a vector. */
function pool(values: number[], outputs: number): number[] {
  return Array.from({ length: outputs }, (_, j) => {
    const window = values.slice(
      Math.floor((j * values.length) / outputs),
      Math.ceil(((j + 1) * values.length) / outputs),
    );
    return window.reduce((sum, value) => sum + value, 0) / window.length;
  });
}

/** docs/methods.md 2, step by step, as the authors' code does it. */
function plainEmbedding(maps: FeatureMap[]): number[] {
  const side = maps[0].height;
  const rows: number[] = [];
  const unfold = ({ height, width, channels, data }: FeatureMap, y: number, x: number): number[] =>
    Array.from({ length: channels * 9 }, (_, v) => {
      const [c, dy, dx] = [Math.floor(v / 9), (Math.floor(v / 3) % 3) - 1, (v % 3) - 1];
      const [py, px] = [y + dy, x + dx];
      return py < 0 || px < 0 || py >= height || px >= width ? 0 : data[(py * width + px) * channels + c];
    });
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const layers = maps.flatMap((layer) => {
        const v = bilinearTaps(layer.height, side)[y];
        const h = bilinearTaps(layer.width, side)[x];
        const corner = (cy: number, cx: number): number[] => unfold(layer, cy, cx);
        const [a, b, c, d] = [
          corner(v.low, h.low),
          corner(v.low, h.high),
          corner(v.high, h.low),
          corner(v.high, h.high),
        ];
        const block = a.map((value, i) => {
          const upper = value * (1 - h.blend) + b[i] * h.blend;
          return upper * (1 - v.blend) + (c[i] * (1 - h.blend) + d[i] * h.blend) * v.blend;
        });
        return pool(block, 1024);
      });
      rows.push(...pool(layers, 1024));
    }
  }
  return rows;
}

for (const widths of [[128, 256], [512, 1024], [64, 128, 256], [100]]) {
  test(`createEmbedding(${widths}) equals unfolding, resampling and pooling done in full`, () => {
    const maps = widths.map((channels, i) => map(6 / (i === 0 ? 1 : i === 1 ? 2 : 3), channels));
    const expected = plainEmbedding(maps);
    const actual = createEmbedding(layerMaps(widths))(maps);
    const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - actual[i])), 0);
    assert.ok(worst < 2e-6, `worst ${worst}`);
  });
}

test('createEmbedding gives the exact shortcut of WideResNet50: centre doubled over ten', () => {
  const layer2: FeatureMap = { height: 3, width: 3, channels: 512, data: new Float32Array(9 * 512) };
  layer2.data[4 * 512 + 5] = 1;
  const layer3: FeatureMap = { height: 3, width: 3, channels: 1024, data: new Float32Array(9 * 1024) };
  const rows = createEmbedding(layerMaps([512, 1024]))([layer2, layer3]);
  assert.ok(Math.abs(rows[4 * 1024 + 5] - 0.2) < 1e-7);
  assert.ok(Math.abs(rows[5] - 0.1) < 1e-7);
});

for (const pool of [1, 3] as const) {
  test(`concatenationMaps(widths, ${pool}) joins all channels, averaged over ${pool} × ${pool} patches with zeros beyond the border`, () => {
    const maps = [map(6, 5), map(3, 4)];
    const rows = createEmbedding(concatenationMaps([5, 4], pool), 16)(maps);
    const reach = (pool - 1) / 2;
    const averaged = ({ height, width, channels, data }: FeatureMap, y: number, x: number, c: number): number => {
      let sum = 0;
      for (let i = y - reach; i <= y + reach; i++) {
        for (let j = x - reach; j <= x + reach; j++) {
          if (i >= 0 && i < height && j >= 0 && j < width) sum += data[(i * width + j) * channels + c];
        }
      }
      return sum / pool ** 2;
    };
    assert.equal(rows.length, 36 * 16);
    for (const [y, x] of [
      [0, 0],
      [5, 3],
    ]) {
      for (let c = 0; c < 5; c++) {
        assert.ok(Math.abs(rows[(y * 6 + x) * 16 + c] - averaged(maps[0], y, x, c)) < 1e-6);
      }
    }
    // The corner of a grid twice as fine takes the corner's value alone, the middle four blend half-pixel neighbours.
    assert.ok(Math.abs(rows[5] - averaged(maps[1], 0, 0, 0)) < 1e-6);
    const blended = [0, 1].map((y) => [0, 1].map((x) => averaged(maps[1], y, x, 2)));
    const mixed =
      0.75 * (0.75 * blended[0][0] + 0.25 * blended[0][1]) + 0.25 * (0.75 * blended[1][0] + 0.25 * blended[1][1]);
    assert.ok(Math.abs(rows[(1 * 6 + 1) * 16 + 5 + 2] - mixed) < 1e-6);
    assert.deepEqual([...rows.subarray(9, 16)], new Array(7).fill(0));
  });
}
