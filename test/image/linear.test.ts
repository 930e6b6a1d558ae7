import assert from 'node:assert/strict';
import test from 'node:test';
import type { Raster } from '../../src/image/raster.js';
import { resample } from '../../src/image/resample.js';
import { createRandom } from '../../src/random.js';
import { openSafetensors } from '../../src/storage/safetensors.js';

test('resample(image, …, linear) equals OpenCV byte for byte, smaller, larger and halved', async (t) => {
  const opencv = await openSafetensors('test/image/fixtures/linear.safetensors');
  t.after(() => opencv.close());
  const cases = opencv.names.filter((name) => name.endsWith('source'));
  assert.equal(cases.length, 10);
  for (const name of cases) {
    const { shape, data } = await opencv.read(name);
    const wanted = await opencv.read(name.replace('source', 'resized'));
    const image = { width: shape[1], height: shape[0], channels: shape[2], data } as Raster;
    const resized = resample(image, wanted.shape[1], wanted.shape[0], 'linear');
    assert.deepEqual([...resized.data], [...(wanted.data as Uint8Array)], `${shape} to ${wanted.shape}`);
  }
});

test('linear keeps the mean of 1024 → 256 to a tenth of a level', () => {
  const random = createRandom(1);
  const [side, small] = [1024, 256];
  const data = Uint8Array.from({ length: side * side }, () => random.integer(256));
  const image: Raster = { width: side, height: side, channels: 1, data };
  const resized = resample(image, small, small, 'linear').data;
  // The two taps of each output, averaged exactly.
  let exact = 0;
  for (let y = 0; y < small; y++)
    for (let x = 0; x < small; x++)
      for (const dy of [1, 2]) for (const dx of [1, 2]) exact += data[(4 * y + dy) * side + 4 * x + dx] / 4;
  const bias = (resized.reduce((sum, value) => sum + value, 0) - exact) / resized.length;
  assert.ok(Math.abs(bias) < 0.15, `${bias} levels`);
});
