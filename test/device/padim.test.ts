import assert from 'node:assert/strict';
import test from 'node:test';
import { fitGaussian, gatherPosition, mahalanobis, triangle, vectorLength } from '../../src/detector/padim-block.js';
import { deviceGaussians } from '../../src/device/padim.js';
import type { MapsLayout } from '../../src/features/reading.js';
import { createRandom } from '../../src/random.js';
import { cpuDevice } from './cpu-device.js';

const LAYOUT: MapsLayout = {
  maps: [
    { layer: 'layer1', side: 4, channels: [0, 1, 2, 3], offset: 0 },
    { layer: 'layer2', side: 2, channels: [4, 5, 6], offset: 64 },
  ],
  length: 76,
};
const [IMAGES, POSITIONS, D] = [6, 16, vectorLength(LAYOUT)];
const random = createRandom(2);
const values = Float32Array.from({ length: IMAGES * LAYOUT.length }, () => random.normal() * 2 + 1);

function gaussians(): { mean: Float32Array; lower: Float32Array } {
  return { mean: new Float32Array(POSITIONS * D), lower: new Float32Array(POSITIONS * triangle(D)) };
}

test('Gaussians and distances, fewer images than channels, are those in double precision', async () => {
  // Room for a few positions at a time.
  const device = await cpuDevice(4 * D * D * 2 * 3);
  const fitted = gaussians();
  const job = { values, images: IMAGES, layout: LAYOUT, gaussians: fitted };
  await deviceGaussians(device, { kind: 'fit', ...job });
  const scores = new Float32Array(IMAGES * POSITIONS);
  await deviceGaussians(device, { kind: 'score', ...job, scores });
  for (let p = 0; p < POSITIONS; p++) {
    const vectors = new Float64Array(D * IMAGES);
    const mean = new Float64Array(D);
    const matrix = new Float64Array(D * D);
    gatherPosition(values, LAYOUT, p, [0, IMAGES], vectors);
    fitGaussian(vectors, D, IMAGES, mean, matrix);
    const lower = new Float32Array(triangle(D));
    for (let a = 0; a < D; a++) for (let b = 0; b <= a; b++) lower[triangle(a) + b] = matrix[a * D + b];
    for (let a = 0; a < D; a++) assert.ok(Math.abs(fitted.mean[p * D + a] - mean[a]) < 1e-5);
    lower.forEach((value, i) => {
      assert.ok(Math.abs(fitted.lower[p * triangle(D) + i] - value) < 1e-4, `position ${p}, entry ${i}`);
    });
    gatherPosition(values, LAYOUT, p, [0, IMAGES], vectors);
    const distances = new Float64Array(IMAGES);
    mahalanobis(vectors, [D, IMAGES], [lower, 0], [Float32Array.from(mean), 0], distances);
    for (let i = 0; i < IMAGES; i++) {
      assert.ok(Math.abs(scores[i * POSITIONS + p] - distances[i]) < 1e-3 * distances[i], `position ${p}, image ${i}`);
    }
  }
});

test('features that are NaN are refused', async () => {
  const broken = values.slice();
  broken[5] = Number.NaN;
  const job = { values: broken, images: IMAGES, layout: LAYOUT, gaussians: gaussians() };
  await assert.rejects(deviceGaussians(await cpuDevice(), { kind: 'fit', ...job }), /not positive definite/);
});
