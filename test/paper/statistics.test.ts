import assert from 'node:assert/strict';
import test from 'node:test';
import { rankingMetrics } from '../../src/metrics/ranking.js';
import {
  bootstrapContrast,
  meanAndDeviation,
  pairedInterval,
  type Term,
  type TestScores,
} from '../../src/paper/statistics.js';
import { createRandom } from '../../src/random.js';

test('meanAndDeviation: n − 1 below the root, null for one value, an error for none', () => {
  assert.deepEqual(meanAndDeviation([1, 2, 3]), { mean: 2, deviation: 1 });
  assert.deepEqual(meanAndDeviation([0.5]), { mean: 0.5, deviation: null });
  assert.throws(() => meanAndDeviation([]), RangeError);
});

test('pairedInterval is Student’s: hand numbers for three pairs, nothing for one', () => {
  // Deviation .1, t = 4.303: .2 ± 4.303 · .1 / √3.
  const { mean, low, high } = pairedInterval([0.1, 0.2, 0.3])!;
  assert.ok(Math.abs(mean - 0.2) < 1e-12);
  assert.ok(Math.abs(high - 0.2 - 0.24843) < 1e-4 && Math.abs(0.2 - low - 0.24843) < 1e-4);
  assert.equal(pairedInterval([0.1]), null);
  assert.throws(() => pairedInterval(Array(11).fill(0)), RangeError);
});

const drawn = (seed: number, shift: number, normal = 40, anomalous = 60): TestScores => {
  const random = createRandom(seed);
  const around = (centre: number, count: number): number[] =>
    Array.from({ length: count }, () => Math.round((centre + random.normal()) * 10) / 10);
  return { normal: around(0, normal), anomalous: around(shift, anomalous) };
};
const auroc = ({ normal, anomalous }: TestScores): number =>
  rankingMetrics(Float32Array.from(anomalous), Float32Array.from(normal)).auroc!;

const minus = (one: TestScores, other: TestScores): Term[] => [
  { sign: 1, scores: one },
  { sign: -1, scores: other },
];

test('the contrast is that of the AUROCs, ties and all, and its mean over draws', () => {
  const pairs = [0, 1].map((seed) => [drawn(seed, 1.5), drawn(seed + 10, 0.5)] as const);
  const { mean } = bootstrapContrast(
    pairs.map(([a, b]) => minus(a, b)),
    createRandom(0),
    1,
  );
  const expected = pairs.reduce((sum, [a, b]) => sum + auroc(a) - auroc(b), 0) / 2;
  assert.ok(Math.abs(mean - expected) < 1e-12);
});

test('the interval holds the true difference about 95 times in 100, and is seeded', () => {
  // P(anomalous > normal) for two normals 1.5 and .5 apart.
  const [strong, weak] = [0.85558, 0.63816];
  let inside = 0;
  for (let seed = 0; seed < 100; seed++) {
    const draws = [minus(drawn(1000 + seed, 1.5), drawn(5000 + seed, 0.5))];
    const { low, high } = bootstrapContrast(draws, createRandom(seed), 200);
    if (low <= strong - weak && strong - weak <= high) inside++;
  }
  assert.ok(inside >= 86, `${inside} of 100`);
  const once = [minus(drawn(1, 1), drawn(2, 0.5))];
  assert.deepEqual(bootstrapContrast(once, createRandom(3), 50), bootstrapContrast(once, createRandom(3), 50));
});

test('a system against itself differs by exactly 0: both sides see the same images', () => {
  const one = drawn(4, 1);
  assert.deepEqual(bootstrapContrast([minus(one, one)], createRandom(0), 100), { mean: 0, low: 0, high: 0 });
  assert.throws(() => bootstrapContrast([minus(one, drawn(4, 1, 39))], createRandom(0), 1), RangeError);
});
