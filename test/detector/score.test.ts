import assert from 'node:assert/strict';
import test from 'node:test';
import { imageScores } from '../../src/detector/image-scores.js';
import { anomalyMap, gaussianTaps } from '../../src/detector/map.js';
import { patchScores } from '../../src/detector/score.js';

test('patchScores averages the k squared distances and multiplies by the nearest row’s weight', () => {
  const found = { rows: Int32Array.of(1, 0, 0, 1), squared: Float32Array.of(2, 4, 1, 3) };
  assert.deepEqual([...patchScores(found, Float32Array.of(10, 100), 2)], [300, 20]);
  assert.deepEqual([...patchScores(found, null, 2)], [3, 2]);
});

test('imageScores is the largest patch of each image', () => {
  assert.deepEqual([...imageScores(Float32Array.of(1, 5, 2, -1, -3, -2), 3)], [5, -1]);
});

test('the blur’s centre weighs .00994789 in two dimensions', () => {
  const taps = gaussianTaps();
  assert.equal(taps.length, 33);
  assert.ok(Math.abs(taps[16] ** 2 - 0.00994789) < 1e-8);
});

test('anomalyMap keeps a flat map flat, keeps orientation, and equals stretching and mirroring in full', () => {
  assert.ok(anomalyMap(new Float32Array(16).fill(3), 4, 32).every((value) => Math.abs(value - 3) < 1e-5));
  const scores = Float32Array.from({ length: 16 }, (_, i) => (i === 1 ? 1 : i === 14 ? 0.25 : 0));
  const side = 32;
  const map = anomalyMap(scores, 4, side);
  const stretched = (y: number, x: number): number => {
    const at = (o: number): [number, number, number] => {
      const centre = Math.max(0, (o + 0.5) / 8 - 0.5);
      return [Math.floor(centre), Math.min(3, Math.floor(centre) + 1), centre - Math.floor(centre)];
    };
    const [t, b, v] = at(y);
    const [l, r, h] = at(x);
    return (
      (scores[t * 4 + l] * (1 - h) + scores[t * 4 + r] * h) * (1 - v) +
      (scores[b * 4 + l] * (1 - h) + scores[b * 4 + r] * h) * v
    );
  };
  const mirror = (x: number): number => (x < 0 ? -1 - x : x >= side ? 2 * side - 1 - x : x);
  const taps = gaussianTaps();
  for (const [y, x] of [
    [0, 0],
    [3, 12],
    [31, 31],
    [16, 5],
    [28, 20],
  ]) {
    let expected = 0;
    for (let dy = -16; dy <= 16; dy++) {
      for (let dx = -16; dx <= 16; dx++)
        expected += taps[dy + 16] * taps[dx + 16] * stretched(mirror(y + dy), mirror(x + dx));
    }
    assert.ok(Math.abs(map[y * side + x] - expected) < 1e-6, `${y}, ${x}`);
  }
});

test('a mirrored border leaves the edge pixel out', () => {
  const side = 32;
  const impulse = new Float32Array(side * side);
  impulse[0] = 1;
  const taps = gaussianTaps();
  const repeat = anomalyMap(impulse, side, side, 'repeat');
  const mirror = anomalyMap(impulse, side, side, 'mirror');
  // d c b a|a b c d repeats pixel 0 at −1; d c b|a b c d does not.
  assert.ok(Math.abs(repeat[0] - (taps[16] + taps[15]) ** 2) < 1e-7);
  assert.ok(Math.abs(mirror[0] - taps[16] ** 2) < 1e-7);
  assert.ok(Math.abs(mirror[2] - taps[16] * taps[18]) < 1e-7);
});

test('a map of one pixel and of a side below the blur’s reach is finite and keeps a flat score, with both borders', () => {
  for (const border of ['repeat', 'mirror'] as const) {
    for (const side of [1, 2, 5]) {
      const map = anomalyMap(Float32Array.of(3, 3, 3, 3), 2, side, border);
      assert.equal(map.length, side * side);
      for (const value of map) assert.ok(Math.abs(value - 3) < 1e-5, `${border} ${side}: ${value}`);
    }
  }
});

test('patchScores averages plain distances where asked for', () => {
  const found = { rows: Int32Array.of(0, 1), squared: Float32Array.of(9, 16) };
  assert.deepEqual([...patchScores(found, Float32Array.of(2, 1), 1, 'root')], [7]);
});

test('anomalyMap takes each pixel’s patch and mirrors without the edge, as anomalib', () => {
  const [grid, side] = [3, 32];
  const scores = Float32Array.from({ length: 9 }, (_, i) => ((i * 5) % 7) / 7);
  const map = anomalyMap(scores, grid, side, 'mirror', 'nearest');
  const mirror = (x: number): number => (x < 0 ? -x : x >= side ? 2 * side - 2 - x : x);
  const patch = (x: number): number => Math.floor((x * grid) / side);
  const taps = gaussianTaps();
  for (const [y, x] of [
    [0, 0],
    [13, 31],
  ]) {
    let sum = 0;
    for (let i = -16; i <= 16; i++) {
      for (let j = -16; j <= 16; j++) {
        sum += taps[i + 16] * taps[j + 16] * scores[patch(mirror(y + i)) * grid + patch(mirror(x + j))];
      }
    }
    assert.ok(Math.abs(map[y * side + x] - sum) < 1e-5);
  }
});
