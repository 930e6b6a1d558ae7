import assert from 'node:assert/strict';
import test from 'node:test';
import { discard, normaliseWeights } from '../../src/denoise/cut.js';
import { gaussianScores } from '../../src/denoise/gaussian.js';
import { lofScores, tensorLofScores } from '../../src/denoise/lof.js';
import { nearestScores } from '../../src/denoise/nearest.js';
import { patchWeights } from '../../src/denoise/weights.js';
import { startThreads } from '../../src/kernels/threads.js';
import { createRandom } from '../../src/random.js';
import { POINTS, SQUARED } from '../golden-points.js';

const LOF: Record<number, number[]> = {
  2: [1.23884, 1.06322, 1.137, 1.0996, 0.88775, 9.0634, 1.03078, 1.06322],
  3: [1.03669, 0.98096, 1.07873, 0.96408, 0.89847, 8.02812, 1.15096, 1.10014],
  5: [0.97385, 0.9817, 1.00984, 0.97256, 1.02881, 6.11122, 1.04014, 0.98291],
};

function near(actual: ArrayLike<number>, expected: number[], tolerance = 2e-5): void {
  for (const [i, value] of expected.entries()) {
    assert.ok(Math.abs(actual[i] - value) < tolerance, `${i}: ${actual[i]} is not ${value}`);
  }
}

for (const k of [2, 3, 5]) {
  test(`lofScores(points, ${k}) equals scikit-learn`, () => near(lofScores(SQUARED, 8, k), LOF[k]));
  test(`tensorLofScores(points, ${k}) equals it up to 1e-5 without ties`, () =>
    near(tensorLofScores(SQUARED, 8, k), LOF[k], 5e-5));
}

test('nearestScores is 1 plus the distance to the nearest other', () => {
  near(nearestScores(SQUARED, 8), [1.71589, 1.26926, 1.60208, 1.58523, 1.31623, 6.80517, 1.31623, 1.26926]);
});

test('gaussianScores is 1 plus the regularised Mahalanobis distance', () => {
  near(
    gaussianScores(Float32Array.from(POINTS.flat()), 8, 2),
    [1.68661, 2.49249, 2.70102, 1.38363, 1.4183, 3.4347, 1.94178, 1.95417],
  );
});

test('lofScores is 1 inside an even grid, and scaling features leaves it unchanged', () => {
  const grid = Array.from({ length: 100 }, (_, i) => [i % 10, Math.floor(i / 10)]);
  const distances = (scale: number): Float32Array =>
    Float32Array.from(grid.flatMap((a) => grid.map((b) => scale ** 2 * ((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2))));
  const scores = lofScores(distances(1), 100, 4);
  // Three steps from the border, all that a score looks at lies inside.
  for (const [i, [x, y]] of grid.entries()) {
    if (Math.min(x, y, 9 - x, 9 - y) >= 3) assert.ok(Math.abs(scores[i] - 1) < 1e-6, `${x}, ${y}: ${scores[i]}`);
  }
  assert.ok(scores[0] > 1.05, 'a corner stands out');
  near(lofScores(distances(1000), 100, 4), [...scores], 1e-5);
});

test('lofScores clips k to n − 1; one image alone weighs 1; duplicates stay finite', () => {
  near(lofScores(SQUARED, 8, 100), [...lofScores(SQUARED, 8, 7)]);
  assert.deepEqual([...lofScores(new Float32Array(1), 1, 5)], [1]);
  assert.ok(lofScores(new Float32Array(36), 6, 2).every((score) => score === 1));
  const twins = Float32Array.from([0, 0, 9, 0, 0, 9, 9, 9, 0]);
  assert.ok(lofScores(twins, 3, 1)[2] >= 1e9, 'a single point beside duplicates is beyond measure');
  assert.ok(tensorLofScores(twins, 3, 1).every((score) => score <= 1e6));
});

test('discard removes strictly above the quantile: rows 5 and 6 of the golden points', () => {
  const { cut, kept, keptCount } = discard(lofScores(SQUARED, 8, 3), 0.15);
  assert.ok(Math.abs(cut - 1.148419) < 1e-5);
  assert.deepEqual([...kept], [1, 1, 1, 1, 1, 0, 0, 1]);
  assert.equal(keptCount, 6);
  assert.equal(discard(Float32Array.of(2, 2, 2), 0.5).keptCount, 3, 'ties stay');
  assert.equal(discard(Float32Array.of(1, 2, 3), 0).keptCount, 3);
  assert.throws(() => discard(Float32Array.of(1), 1), /τ = 1 is impossible/);
});

test('normaliseWeights: minus the image’s median plus 1, or over the position’s mean', () => {
  const weights = Float32Array.of(1, 2, 6, 3, 4, 5);
  assert.deepEqual([...normaliseWeights(weights, 3, 'imageMedian')], [0, 1, 5, 0, 1, 2]);
  assert.deepEqual(
    [...normaliseWeights(weights, 3, 'positionMean')].map((x) => Math.round(x * 1e4) / 1e4),
    [0.5, 0.6667, 1.0909, 1.5, 1.3333, 0.9091],
  );
  assert.equal(normaliseWeights(weights, 3, 'none'), weights);
});

test('patchWeights never mixes positions, permutes with the images, and does not depend on the threads', async () => {
  const random = createRandom(3);
  const [images, positions, d] = [13, 5, 128];
  const z = Float32Array.from({ length: images * positions * d }, () => random.normal());
  const one = startThreads(1);
  const three = startThreads(3);
  for (const discriminator of ['lof', 'lof-tensor', 'nearest', 'gaussian'] as const) {
    const weights = await patchWeights(one, z, positions, d, { discriminator, k: 4 });
    assert.deepEqual(await patchWeights(three, z, positions, d, { discriminator, k: 4 }), weights);
    for (let p = 0; p < positions; p++) {
      const alone = new Float32Array(images * d);
      for (let i = 0; i < images; i++) {
        alone.set(z.subarray((i * positions + p) * d, (i * positions + p + 1) * d), i * d);
      }
      const position = await patchWeights(one, alone, 1, d, { discriminator, k: 4 });
      for (let i = 0; i < images; i++) assert.equal(weights[i * positions + p], position[i]);
    }
    const reversed = new Float32Array(z.length);
    const length = positions * d;
    for (let i = 0; i < images; i++) reversed.set(z.subarray(i * length, (i + 1) * length), (images - 1 - i) * length);
    const permuted = await patchWeights(one, reversed, positions, d, { discriminator, k: 4 });
    for (let i = 0; i < images; i++) {
      for (let p = 0; p < positions; p++) {
        const expected = weights[i * positions + p];
        assert.ok(Math.abs(permuted[(images - 1 - i) * positions + p] - expected) <= 2e-6 * expected);
      }
    }
  }
  z[77] = Number.NaN;
  await assert.rejects(
    patchWeights(one, z, positions, d, { discriminator: 'lof', k: 4 }),
    /z holds NaN in row \d+\. Check where/,
  );
  await one.close();
  await three.close();
});
