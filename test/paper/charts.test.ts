import assert from 'node:assert/strict';
import test from 'node:test';
import { sweepChart } from '../../src/figures/sweep-curve.js';
import { renderChart } from '../../src/figures/vega.js';
import { coresetChart, coresetRows } from '../../src/paper/coresets.js';
import { timingChart, timingRows } from '../../src/paper/timing.js';
import { trendChart, trendRows } from '../../src/paper/trends.js';
import { matches } from '../figures/snapshot.js';
import { CORESET_RESULTS, TIMING_RESULTS, TREND_RESULTS } from './paper-results.js';

test('trendRows are mean and one deviation over draws', async () => {
  const rows = await trendRows(TREND_RESULTS, true);
  const row = rows.find(
    ({ category, metric, system, noise }) =>
      category === 'screw' && metric === 'image AUROC' && system === 'PatchCore' && noise === 0.1,
  )!;
  assert.ok(Math.abs(row.mean - (0.75 - 0.005)) < 1e-9);
  // Deviation (n − 1) of two values .01 apart.
  assert.ok(Math.abs(row.high - row.mean - 0.01 / Math.SQRT2) < 1e-9);
  assert.equal(rows.length, 2 * 2 * 5 * 6);
});

test('the trend chart draws as stored, without a warning', async () => {
  matches('trends', await renderChart(trendChart(await trendRows(TREND_RESULTS, true))));
});

test('a trend chart of other systems names them in the order given', async () => {
  const rows = (await trendRows(TREND_RESULTS, true)).map((row) => ({ ...row, system: `${row.system} again` }));
  const systems = ['CFLOW again', 'PatchCore again', 'not there'];
  const svg = await renderChart(trendChart(rows, { systems, ticks: [0, 0.1] }));
  assert.deepEqual(
    [...svg.matchAll(/>([A-Za-z]+ again)</g)].map(([, label]) => label),
    systems.slice(0, 2),
  );
});

test('the coreset chart draws as stored, by provenance and by mask', async () => {
  const rows = coresetRows(CORESET_RESULTS, true);
  assert.equal(rows.filter(({ from }) => from === 'defect patch').length, 9);
  assert.equal(coresetRows(CORESET_RESULTS).filter(({ from }) => from === 'noise image').length, 27);
  assert.match(rows[0].panel, /^PatchCore: 30\.0 % noise, 3\.0 % defects$/);
  matches('coresets', await renderChart(coresetChart(rows)));
});

test('the timing chart draws as stored, the paper beside', async () => {
  matches('timing', await renderChart(timingChart(timingRows(TIMING_RESULTS))));
});

test('the sweep chart draws as stored, and without a mark too', async () => {
  const rows = [0, 0.1, 0.2].map((tau) => ({ tau, image: 0.7 + tau, pixel: 0.9 }));
  matches('sweep', await renderChart(sweepChart(rows, 0.15)));
  assert.match(await renderChart(sweepChart(rows)), /^<svg/);
});
