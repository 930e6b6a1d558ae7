import assert from 'node:assert/strict';
import test from 'node:test';
import { rankBySuspicion } from '../../src/analysis/suspicion.js';
import type { FittedBank } from '../../src/detector/bank-system.js';

const POSITIONS = 12;
const fittedWith = (patchWeights: Float32Array | null, kept: Uint8Array | null): FittedBank =>
  ({ bank: {}, trace: { patchWeights, kept } }) as unknown as FittedBank;

test('rankBySuspicion: mean of the ten worst patches, most suspicious first, with removed patches counted', () => {
  const weights = new Float32Array(3 * POSITIONS).fill(1);
  // Two high patches in the second image; the third is a little high all over.
  weights[POSITIONS] = 11;
  weights[POSITIONS + 5] = 21;
  weights.fill(1.5, 2 * POSITIONS);
  const kept = new Uint8Array(3 * POSITIONS).fill(1);
  kept[POSITIONS] = 0;
  kept[POSITIONS + 5] = 0;
  const names = ['a', 'b', 'c'].map((name) => ({ name }));
  assert.deepEqual(rankBySuspicion(fittedWith(weights, kept), names, POSITIONS), [
    { name: 'b', weight: (11 + 21 + 8) / 10, removed: 2 },
    { name: 'c', weight: 1.5, removed: 0 },
    { name: 'a', weight: 1, removed: 0 },
  ]);
  assert.equal(rankBySuspicion(fittedWith(weights, null), names, POSITIONS)[0].removed, 0);
});

test('rankBySuspicion refuses a detector that weighs no patches', () => {
  assert.throws(() => rankBySuspicion(fittedWith(null, null), [{ name: 'a' }], POSITIONS), /weighs no patches/);
  const density = { seconds: {} } as unknown as FittedBank;
  assert.throws(() => rankBySuspicion(density, [{ name: 'a' }], POSITIONS), /Choose a SoftPatch method/);
});
