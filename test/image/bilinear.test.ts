import assert from 'node:assert/strict';
import test from 'node:test';
import { bilinearTaps, stretchBilinear } from '../../src/image/bilinear.js';

test('bilinearTaps(2, 4) stretches (0, 1) to 0, ¼, ¾, 1, with aligned corners to thirds', () => {
  const values = (corners: 'half' | 'aligned'): number[] =>
    bilinearTaps(2, 4, corners).map(({ low, high, blend }) => low + (high - low) * blend);
  assert.deepEqual(values('half'), [0, 0.25, 0.75, 1]);
  assert.deepEqual(values('aligned'), [0, 1 / 3, 2 / 3, 1]);
  for (const corners of ['half', 'aligned'] as const) {
    assert.ok(bilinearTaps(1, 5, corners).every(({ low, high }) => low === 0 && high === 0));
    assert.ok(bilinearTaps(7, 3, corners).every(({ low, high }) => low >= 0 && high < 7));
  }
});

test('stretchBilinear keeps a plane: inside with half-pixel centres, everywhere with aligned corners', () => {
  const plane = Float32Array.from({ length: 16 }, (_, i) => 2 * Math.floor(i / 4) + (i % 4));
  const aligned = stretchBilinear(plane, 4, 7, 'aligned');
  for (const [i, value] of aligned.entries()) {
    assert.ok(Math.abs(value - (2 * Math.floor(i / 7) + (i % 7)) / 2) < 1e-12);
  }
  const half = stretchBilinear(plane, 4, 8);
  for (let y = 1; y < 7; y++) {
    for (let x = 1; x < 7; x++) assert.ok(Math.abs(half[y * 8 + x] - (2 * (y - 0.5) + (x - 0.5)) / 2) < 1e-12);
  }
  assert.deepEqual([half[0], half[7], half[56], half[63]], [0, 3, 6, 9], 'beyond the outer centres they repeat');
});
