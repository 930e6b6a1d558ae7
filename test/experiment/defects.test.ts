import assert from 'node:assert/strict';
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { missedAt, refuseKnown, thresholdBetween } from '../../src/experiment/defects.js';
import { temporaryFolder } from '../temporary.js';

test('between separate scores the threshold is the middle of the gap', () => {
  assert.equal(thresholdBetween({ scores: [1, 2, 3], defects: [5, 9] }), 4);
});

test('where they mix it is where misses and false alarms together are least', () => {
  // Above 3: misses 1 of 4, alarms 0 of 4; above 2: misses 0, alarms 1 of 4 (equal, a wider gap); elsewhere worse.
  assert.equal(thresholdBetween({ scores: [0, 1, 1.5, 3], defects: [2.9, 3.2, 4, 5] }), 2.2);
  assert.throws(() => thresholdBetween({ scores: [1], defects: [] }), /needs scores of both/);
});

test('missed defects are counted, with an interval', () => {
  const { missed, defects, interval } = missedAt({ defects: [1, 2, 3, 4, 5] }, 2);
  assert.deepEqual([missed, defects], [2, 5]);
  assert.ok(interval[0] > 0.05 && interval[0] < 0.06 && interval[1] > 0.85 && interval[1] < 0.86);
});

test('a copy of a test image is no labelled defect', async (t) => {
  const folder = await temporaryFolder(t);
  const [a, b, c] = ['a', 'b', 'c'].map((name) => join(folder, name));
  await writeFile(a, 'one');
  await writeFile(b, 'two');
  await cp(a, c);
  await refuseKnown([a], [b], 'the test set');
  await assert.rejects(refuseKnown([c], [b, a], 'the test set'), /labelled defect .*c is .*a of the test set/);
  await assert.rejects(refuseKnown([join(folder, 'none')], [], 'the good images'), /cannot read image .*none/);
});
