import assert from 'node:assert/strict';
import test from 'node:test';
import { weightQuality } from '../../src/analysis/weight-quality.js';

test('weightQuality: AUROC of weights against masks, defects and removed defects', () => {
  // Defects at .4 and .8, the rest .1 and .4: the hand case of docs/methods.md 9, ties count half.
  const weights = Float32Array.of(0.1, 0.4, 0.4, 0.8);
  const found = weightQuality(weights, Uint8Array.of(1, 0, 1, 0), Uint8Array.of(0, 0, 1, 1));
  assert.deepEqual(found, { auroc: 0.875, defects: 2, removed: 1 });
});

test('weightQuality without defects has no AUROC', () => {
  const found = weightQuality(Float32Array.of(1, 2), Uint8Array.of(1, 0), new Uint8Array(2));
  assert.deepEqual(found, { auroc: null, defects: 0, removed: 0 });
});
