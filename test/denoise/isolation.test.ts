import assert from 'node:assert/strict';
import test from 'node:test';
import { isolation } from '../../src/denoise/isolation.js';

test('isolation is the mean distance to other images over theirs', () => {
  // Patches 0…2 lie 1 apart, patch 3 lies 6 and 7 from the nearest two.
  const patches = Int32Array.of(1, 2, 0, 2, 1, 0, 2, 1);
  const squared = Float32Array.of(1, 4, 1, 1, 1, 4, 36, 49);
  const reach = [1.5, 1, 1.5, 6.5];
  const expected = [reach[0] / 1.25, reach[1] / 1.5, reach[2] / 1.25, reach[3] / 1.25];
  isolation(patches, squared, 2).forEach((value, i) => {
    assert.ok(Math.abs(value - expected[i]) < 1e-6, `patch ${i}`);
  });
});

test('isolation does not depend on the scale of the features', () => {
  const patches = Int32Array.of(1, 2, 0, 2, 1, 0, 2, 1);
  const squared = Float32Array.of(1, 4, 1, 1, 1, 4, 36, 49);
  const scaled = isolation(
    patches,
    squared.map((value) => value * 256),
    2,
  );
  assert.deepEqual(scaled, isolation(patches, squared, 2));
});

test('duplicates everywhere and patches without other images are ordinary', () => {
  assert.deepEqual([...isolation(Int32Array.of(1, 0), new Float32Array(2), 1)], [1, 1]);
  assert.deepEqual([...isolation(Int32Array.of(-1, -1), new Float32Array(2).fill(Infinity), 1)], [1, 1]);
});

test('missing neighbours are left out of the means', () => {
  const [first] = isolation(Int32Array.of(1, -1, 0, -1), Float32Array.of(9, Infinity, 4, Infinity), 2);
  assert.ok(Math.abs(first - 1.5) < 1e-6);
});
