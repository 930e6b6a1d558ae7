import assert from 'node:assert/strict';
import test from 'node:test';
import { sweepChart } from '../../src/figures/sweep-curve.js';
import { renderChart } from '../../src/figures/vega.js';
import { authorsReadmeTable } from '../../src/paper/authors-readme.js';
import { coresetChart, coresetRows } from '../../src/paper/coresets.js';
import { AUTHORS_README } from '../../src/paper/published.js';
import { aurocTable, timingTable } from '../../src/paper/tables.js';
import { timingChart, timingRows } from '../../src/paper/timing.js';
import { trendChart, trendRows } from '../../src/paper/trends.js';
import { matches } from '../figures/snapshot.js';
import { CORESET_RESULTS, TABLE_RESULTS, TIMING_RESULTS, TREND_RESULTS } from './paper-results.js';

test('trendRows are mean and one deviation over draws', async () => {
  const rows = await trendRows(TREND_RESULTS, true);
  const row = rows.find(
    ({ category, metric, system, noise }) =>
      category === 'screw' && metric === 'image AUROC' && system === 'PatchCore' && noise === 0.1,
  )!;
  assert.ok(Math.abs(row.mean - (0.75 - 0.005)) < 1e-9);
  // Deviation (n − 1) of two values .01 apart.
  assert.ok(Math.abs(row.high - row.mean - 0.01 / Math.SQRT2) < 1e-9);
  assert.equal(rows.length, 2 * 2 * 4 * 6);
});

test('the trend chart draws as stored, without a warning', async () => {
  matches('trends', await renderChart(trendChart(await trendRows(TREND_RESULTS, true))));
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
  const rows = [0, 0.1, 0.2].map((threshold) => ({ threshold, image: 0.7 + threshold, pixel: 0.9 }));
  matches('sweep', await renderChart(sweepChart(rows, 0.15)));
  assert.match(await renderChart(sweepChart(rows)), /^<svg/);
});

test('aurocTable: categories, mean, the paper beside single cells it prints, the best of each setting', async () => {
  const table = await aurocTable('table-5', TABLE_RESULTS);
  assert.deepEqual(table.columns, ['bolt', 'screw', 'mean', 'paper, 15 categories']);
  assert.equal(table.rows.length, 11);
  const overlap = table.rows.find(({ label }) => label === 'PatchCore, overlap')!;
  assert.equal(overlap.figures[1]!.paper, 0.745);
  assert.equal(overlap.figures[0]!.paper, undefined);
  assert.ok(Math.abs(overlap.figures[2]!.mean - (0.77 - 0.005)) < 1e-9);
  assert.equal(overlap.figures[2]!.paper, undefined, 'a mean over 2 categories is not beside one over 15');
  assert.equal(overlap.figures[3]!.mean, 0.6534);
  const best = table.rows.filter(({ figures }) => figures[1]?.best).map(({ label }) => label);
  assert.deepEqual(best.sort(), ['SoftPatch-LOF, no overlap', 'SoftPatch-LOF, overlap']);
  const corrected = await aurocTable('table-7', TABLE_RESULTS);
  assert.deepEqual(corrected.columns.slice(-2), ['paper, 15 categories', 'as printed']);
  const cflow = corrected.rows.find(({ label }) => label === 'CFLOW')!;
  assert.deepEqual(
    cflow.figures.slice(3).map((figure) => figure!.mean),
    [0.9618, 0.91],
  );
});

test('authorsReadmeTable: the README beside the categories it has, means over those alone', async () => {
  const own = TABLE_RESULTS.filter(({ cell }) => cell.system === 'softpatch-lof' && !cell.overlap);
  const { columns, rows, beside } = await authorsReadmeTable(own);
  assert.deepEqual([columns, beside], [['image', 'pixel'], 'README']);
  assert.deepEqual(
    rows.map(({ label }) => label),
    ['bolt', 'screw', 'mean of the README’s 1'],
  );
  const [bolt, screw, mean] = rows.map(({ figures }) => figures);
  assert.equal(bolt[0]!.paper, undefined, 'the README knows no bolt');
  assert.deepEqual([screw[0]!.paper, screw[1]!.paper], [0.953, 0.994]);
  assert.deepEqual([mean[0]!.mean, mean[0]!.paper], [screw[0]!.mean, 0.953], 'the mean leaves bolt out');
});

test('the README’s claims average to what it prints', () => {
  const values = Object.values(AUTHORS_README);
  assert.equal(values.length, 15);
  for (const [m, printed] of [0.9865, 0.9805].entries()) {
    const mean = values.reduce((sum, pair) => sum + pair[m], 0) / 15;
    assert.ok(Math.abs(mean - printed) < 5e-4, `${mean} for ${printed}`);
  }
});

test('timingTable sums stages and puts the paper beside', () => {
  const { rows } = timingTable(TIMING_RESULTS);
  assert.deepEqual(
    rows.map(({ figures }) => figures.map((figure) => [figure!.mean, figure!.paper])),
    [
      [
        [25, 21.3],
        [15, 15.61],
      ],
      [
        [23, 21.39],
        [15, 15.88],
      ],
      [
        [35, 74.29],
        [15, 15.54],
      ],
    ],
  );
});
