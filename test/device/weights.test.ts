import assert from 'node:assert/strict';
import test from 'node:test';
import { DISCRIMINATORS } from '../../src/denoise/discriminator.js';
import { gaussianScores } from '../../src/denoise/gaussian.js';
import { lofScores, tensorLofScores } from '../../src/denoise/lof.js';
import { nearestScores } from '../../src/denoise/nearest.js';
import { devicePatchWeights } from '../../src/device/weights.js';
import { createRandom } from '../../src/random.js';
import { relativeError } from '../shared.js';
import { cpuDevice } from './cpu-device.js';

const [IMAGES, POSITIONS, D] = [9, 7, 6];
const random = createRandom(4);
const z = Float32Array.from({ length: IMAGES * POSITIONS * D }, () => random.normal() + 5);
const job = { z, positions: POSITIONS, d: D };

/** One position's patches and their squared distances. */
function at(position: number): { points: Float32Array; squared: Float32Array } {
  const points = Float32Array.from({ length: IMAGES * D }, (_, i) => {
    return z[(Math.floor(i / D) * POSITIONS + position) * D + (i % D)];
  });
  const squared = Float32Array.from({ length: IMAGES * IMAGES }, (_, ij) => {
    let sum = 0;
    for (let a = 0; a < D; a++) sum += (points[Math.floor(ij / IMAGES) * D + a] - points[(ij % IMAGES) * D + a]) ** 2;
    return sum;
  });
  return { points, squared };
}

for (const discriminator of DISCRIMINATORS) {
  test(`${discriminator} on a device, in blocks of positions, is that of each position alone`, async () => {
    // Room for two positions at a time.
    const device = await cpuDevice(4 * IMAGES * IMAGES * 2 * 2);
    const weights = await devicePatchWeights(device, { ...job, options: { discriminator, k: 3 } });
    for (let p = 0; p < POSITIONS; p++) {
      const { points, squared } = at(p);
      const expected = {
        gaussian: () => gaussianScores(points, IMAGES, D),
        nearest: () => nearestScores(squared, IMAGES),
        lof: () => lofScores(squared, IMAGES, 3),
        'lof-tensor': () => tensorLofScores(squared, IMAGES, 3),
      }[discriminator]();
      const own = Float32Array.from(expected, (_, i) => weights[i * POSITIONS + p]);
      assert.ok(relativeError(own, expected) < 1e-5, `position ${p}`);
    }
  });
}

test('k beyond the images is clipped, one image weighs 1, NaN is refused', async () => {
  const device = await cpuDevice();
  const options = { discriminator: 'lof', k: 50 } as const;
  const clipped = await devicePatchWeights(device, { ...job, options });
  assert.deepEqual(clipped, await devicePatchWeights(device, { ...job, options: { ...options, k: IMAGES - 1 } }));
  const one = await devicePatchWeights(device, { ...job, z: z.slice(0, POSITIONS * D), options });
  assert.ok(one.every((weight) => weight === 1));
  const broken = z.slice();
  broken[10] = Number.NaN;
  await assert.rejects(devicePatchWeights(device, { ...job, z: broken, options }), /z holds NaN in row/);
  await assert.rejects(devicePatchWeights(device, { ...job, z: z.slice(1), options }), RangeError);
});
