import assert from 'node:assert/strict';
import test from 'node:test';
import { extrapolated, type FullRun, type Rehearsal, rehearsalText } from '../../src/paper/rehearsal.js';

const full: FullRun = {
  category: 'screw',
  train: 320,
  good: 41,
  anomalous: 119,
  backbone: 'wide_resnet50_2',
  ratio: 0.1,
  systems: [
    { system: 'patchcore', seconds: 100, peakBytes: 3.2e9 },
    { system: 'padim-star', seconds: 20, peakBytes: null },
  ],
};
const rehearsal: Rehearsal = {
  machine: 'a machine',
  load: 1,
  size: 32,
  categories: 15,
  computed: 300,
  kept: 20,
  found: 320,
  steps: [{ command: 'softpatch data import a.tar.gz', seconds: 2.4, peakBytes: 1e9 }],
  full,
};

test('the extrapolation goes by images: MVTec has 3,629 + 467 + 1,258, screw 480 of them', () => {
  assert.ok(Math.abs(extrapolated(full) - (120 * 5354) / 480) < 1e-9);
});

test('the text says what was killed, found and measured, and nothing of a full run that was not', () => {
  const text = rehearsalText(rehearsal);
  assert.match(text, /Killed with 20 cells done, 300 computed on going on, 320 found/);
  assert.match(text, /\| `softpatch data import a\.tar\.gz` \| 2 \| 1\.0 GB \|/);
  assert.match(text, /\| padim-star \| 20 \| – \|[\s\S]*about 0\.4 hours/);
  assert.doesNotMatch(rehearsalText({ ...rehearsal, full: null }), /full size/);
});
