import assert from 'node:assert/strict';
import test from 'node:test';
import { removalByTau } from '../../../src/analysis/removal-by-tau.js';
import { type PatchOrigin, weightHistogram } from '../../../src/analysis/weight-histogram.js';
import { linkedPlaneChart } from '../../../src/figures/live/linked-plane.js';
import { tauCurveChart } from '../../../src/figures/live/tau-curves.js';
import { tauWeightChart } from '../../../src/figures/live/tau-weights.js';
import { thresholdChart } from '../../../src/figures/live/threshold.js';
import { renderChart } from '../../../src/figures/vega.js';
import { liveTrendChart } from '../../../src/paper/live-trends.js';
import { moved, textsOf } from './moved.js';

/** Ten patches of two images; the last of the noise image is defective and heaviest. */
const weights = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 20);
const noisy = [false, true];
const defects = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
const taus = [0, 0.1, 0.2, 0.5];

test('removalByTau counts by origin what lies above the (1 − τ)-quantile', () => {
  const rows = removalByTau('lof', weights, noisy, defects, taus);
  const removed = (tau: number): number[] => rows.filter((row) => row.tau === tau).map((row) => row.removed);
  assert.deepEqual(
    rows.slice(0, 3).map(({ from, patches, cut }) => [from, patches, cut]),
    [
      ['nominal image', 5, null],
      ['noise image', 4, null],
      ['defect patch', 1, null],
    ],
  );
  assert.deepEqual(removed(0), [0, 0, 0]);
  assert.deepEqual(removed(0.1), [0, 0, 1]);
  assert.deepEqual(removed(0.5), [0, 4, 1]);
});

const bins = weightHistogram('lof', weights, noisy, defects, 5);
const removals = removalByTau(
  'lof',
  weights,
  noisy,
  defects,
  Array.from({ length: 51 }, (_, i) => i / 100),
);
const scores = [
  { method: 'a', kind: 'nominal', image: 'n', score: 2 },
  { method: 'a', kind: 'unseen defect', image: 'u', score: 8 },
  { method: 'a', kind: 'leaked defect', image: 'l', score: 1 },
  { method: 'b', kind: 'nominal', image: 'n', score: 9 },
  { method: 'b', kind: 'unseen defect', image: 'u', score: 10 },
] as const;
const points = [3, 6].flatMap((k) =>
  [0, 0.02, 0.04].map((tau) => ({
    k,
    tau,
    image: 0.8 + tau,
    pixel: 0.7 + k / 100,
    recall: tau > 0 ? 0.5 : null,
    precision: tau > 0 ? 0.25 : null,
  })),
);
const plane = Array.from(weights, (weight, i) => {
  const from: PatchOrigin = defects[i] ? 'defect patch' : 'nominal image';
  return { x: i, y: i % 3, weight, from, image: `${i}.png` };
});
const trends = ['SoftPatch', 'PatchCore'].flatMap((system, s) =>
  [0, 0.05, 0.1].flatMap((noise) =>
    ['image AUROC', 'pixel AUROC'].map((metric) => {
      const mean = 1 - s * noise;
      return { category: 'bracket', metric, system, noise, mean, low: mean - 0.01, high: mean };
    }),
  ),
);

test('live charts render without a warning', async () => {
  for (const spec of [
    tauWeightChart(bins, removals),
    thresholdChart(scores),
    tauCurveChart(points, 0.02, 0.02),
    linkedPlaneChart(plane),
    liveTrendChart(trends),
  ])
    assert.match(await renderChart(spec), /^<svg/);
});

test('moving τ over the weights moves the cut and counts anew', async () => {
  const { before, after } = await moved(tauWeightChart(bins, removals, 0.1), { tau: 0.5 });
  assert.ok(textsOf(before).includes('0 of 4') && textsOf(before).includes('1 of 1'));
  assert.ok(textsOf(after).includes('4 of 4') && textsOf(after).includes('0 of 5'));
});

test('moving the threshold, or choosing a method, counts false alarms and misses anew', async () => {
  const { before, after } = await moved(thresholdChart(scores, 0.5), { threshold: 0.1 });
  assert.deepEqual(counts(before), ['0 of 1 false alarms', '0 of 1 missed', '1 of 1 missed']);
  assert.deepEqual(counts(after), ['1 of 1 false alarms', '0 of 1 missed', '0 of 1 missed']);
  const other = await moved(thresholdChart(scores, 0.5), { method: 'b' });
  assert.deepEqual(counts(other.after), ['1 of 1 false alarms', '0 of 1 missed']);
});
const counts = (svg: string): string[] => textsOf(svg).filter((text) => / of \d/.test(text));

test('moving τ and k reads off the curves', async () => {
  const { before, after } = await moved(tauCurveChart(points, 0.02, 0.02), { tau: 0.04, k: 3 });
  assert.ok(textsOf(before).includes('0.820') && textsOf(before).includes('0.760'));
  assert.ok(textsOf(after).includes('0.840') && textsOf(after).includes('0.730'));
  assert.ok(textsOf(after).some((text) => /50\.0% of the defect patches; 25\.0%/.test(text)));
});

test('moving r lines the systems up at the nearest measured r', async () => {
  const { before, after } = await moved(liveTrendChart(trends, 0.1), { r: 0.04 });
  assert.ok(textsOf(before).includes('0.900'));
  assert.ok(textsOf(after).includes('0.950') && !textsOf(after).includes('0.900'));
});

test('what is chosen among the weights is counted, the rest of the plane fades', async () => {
  const store = [
    { unit: 'concat_1_concat_0', fields: [{ field: 'weight', channel: 'x', type: 'R' }], values: [[15, 25]] },
  ];
  const { before, after } = await moved(linkedPlaneChart(plane), {}, { weights_store: store });
  assert.deepEqual(textsOf(before).slice(-2), ['9', '1']);
  assert.deepEqual(textsOf(after).slice(-1), ['1']);
  assert.equal(after.match(/opacity="0.08"/g)?.length, 2 * 9, 'nine points and nine ticks');
});
