import assert from 'node:assert/strict';
import test from 'node:test';
import { createReading, imageLength, mapsLayout } from '../../src/features/reading.js';
import type { FeatureSpec, Reading } from '../../src/features/spec.js';

const spec = (reading?: Reading): FeatureSpec => ({
  backbone: 'resnet18',
  layers: ['layer1', 'layer3'],
  weights: { kind: 'random', seed: 0 },
  preprocessing: { resize: 64, crop: 64, filter: 'bilinear' },
  reading,
});

test('an image read as maps holds the chosen channels of every layer, one map after another', () => {
  const maps = [
    { height: 16, width: 16, channels: 64, data: Float32Array.from({ length: 16 * 16 * 64 }, (_, i) => i) },
    { height: 4, width: 4, channels: 256, data: Float32Array.from({ length: 16 * 256 }, (_, i) => -i) },
  ];
  const chosen = spec({ kind: 'maps', channels: [0, 63, 64, 319] });
  const layout = mapsLayout(chosen);
  assert.deepEqual(layout.maps, [
    { layer: 'layer1', side: 16, channels: [0, 63], offset: 0 },
    { layer: 'layer3', side: 4, channels: [0, 255], offset: 512 },
  ]);
  const values = createReading(chosen)(maps);
  assert.equal(values.length, layout.length);
  assert.deepEqual([...values.subarray(2, 4)], [64, 127]);
  assert.deepEqual([...values.subarray(514, 516)], [-256, -511]);
  const all = spec({ kind: 'maps', channels: null });
  assert.equal(imageLength(all), 256 * 64 + 16 * 256);
  assert.deepEqual(createReading(all)(maps).subarray(256 * 64), maps[1].data);
});

test('without a reading it is the patch embedding; unknown channels are refused', () => {
  assert.equal(imageLength(spec()), 256 * 1024);
  assert.throws(() => mapsLayout(spec({ kind: 'maps', channels: [320] })), /no channel 320 among 320/);
});
