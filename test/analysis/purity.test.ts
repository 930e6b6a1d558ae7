import assert from 'node:assert/strict';
import test from 'node:test';
import { purityAlongPicks } from '../../src/analysis/purity.js';

test('purityAlongPicks counts defects among the first picks, a row every step and one at the end', () => {
  const defects = Uint8Array.of(0, 1, 0, 1, 0);
  const rows = purityAlongPicks('m', Int32Array.of(1, 0, 3, 2, 4), defects, 2);
  assert.deepEqual(rows, [
    { method: 'm', picked: 2, share: 1 / 2 },
    { method: 'm', picked: 4, share: 2 / 4 },
    { method: 'm', picked: 5, share: 2 / 5 },
  ]);
});

test('purityAlongPicks of a whole bank in one step is its defect share; of no picks nothing', () => {
  assert.deepEqual(purityAlongPicks('m', Int32Array.of(3, 2), Uint8Array.of(0, 0, 0, 1), 2), [
    { method: 'm', picked: 2, share: 0.5 },
  ]);
  assert.deepEqual(purityAlongPicks('m', new Int32Array(0), new Uint8Array(4)), []);
});
