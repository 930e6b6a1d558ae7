import assert from 'node:assert/strict';
import test from 'node:test';
import { missingDiagnostics, missingFigures } from '../../src/cli/missing-figures.js';

const none = { auroc: null };
const some = { auroc: 0.9 };
const labels = (...all: (0 | 1 | null)[]): { label: 0 | 1 | null }[] => all.map((label) => ({ label }));

test('every figure that is missing has its reason', () => {
  assert.deepEqual(missingFigures({ image: some, pixel: some }, labels(0, 1), { masked: true }), []);
  assert.deepEqual(missingFigures({ image: none, pixel: none }, labels(null, null), { masked: false }), [
    '– of images: no test image is labelled (sub-folders of --mixed give labels)',
    '– of pixels: there are no masks',
  ]);
  assert.deepEqual(missingFigures({ image: none, pixel: some }, labels(1), { masked: true }), [
    '– of images: no test image is good',
  ]);
  assert.match(missingFigures({ image: none, pixel: some }, labels(0, null), { masked: true })[0], /is anomalous/);
  assert.match(missingFigures({ image: some, pixel: none }, labels(0, 1), { masked: true })[0], /no mask marks a part/);
});

test('so have diagnostics of a coreset', () => {
  const reason = (noiseImages: number, patchesRemoved: number, masked = true): string =>
    missingDiagnostics({ noiseImages, patchesRemoved }, { masked });
  assert.equal(reason(0, 5), 'no image was injected');
  assert.equal(reason(2, 0), 'no patch was removed');
  assert.equal(reason(2, 5, false), 'there are no masks');
});
