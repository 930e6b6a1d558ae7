import assert from 'node:assert/strict';
import test from 'node:test';
import { weightHistogram } from '../../src/analysis/weight-histogram.js';

test('weightHistogram: each origin sums to 1, the last bin takes what lies beyond', () => {
  // Two images of four patches, the second is noise with one defect patch.
  const weights = Float32Array.of(1, 1, 1, 2, 1, 2, 3, 50);
  const rows = weightHistogram('m', weights, [false, true], Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1), 4);
  const of = (from: string): number[] => rows.filter((row) => row.from === from).map(({ share }) => share);
  // The 99.8-percentile is the seventh value, 3: bins of width 1/2 from 1.
  assert.deepEqual(of('nominal image'), [3 / 4, 0, 1 / 4, 0]);
  assert.deepEqual(of('noise image'), [1 / 3, 0, 1 / 3, 1 / 3]);
  assert.deepEqual(of('defect patch'), [0, 0, 0, 1]);
  assert.deepEqual(
    rows.slice(0, 4).map(({ weight }) => weight),
    [1.25, 1.75, 2.25, 2.75],
  );
});

test('weightHistogram of equal weights is one bin, not a division by zero', () => {
  const rows = weightHistogram('m', new Float32Array(4).fill(2), [false, false], new Uint8Array(4), 3);
  assert.deepEqual(
    rows.map(({ share }) => share),
    [1, 0, 0],
  );
});
