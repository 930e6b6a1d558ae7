import assert from 'node:assert/strict';
import test from 'node:test';
import { authorsReadmeTable } from '../../src/paper/authors-readme.js';
import { spreadText, usualDraws } from '../../src/paper/captions.js';
import { experimentCells } from '../../src/paper/grid.js';
import { aurocTable } from '../../src/paper/tables.js';
import { timingTable } from '../../src/paper/timing-table.js';
import { madeUp, TABLE_RESULTS, TIMING_RESULTS } from './paper-results.js';

test('aurocTable: the paper’s cell of the same category, the best of each setting', async () => {
  const table = await aurocTable('table-5', TABLE_RESULTS);
  assert.deepEqual(table.columns, ['bolt', 'screw', 'paper, mean of all 15']);
  assert.equal(table.rows.length, 11);
  const overlap = table.rows.find(({ label }) => label === 'PatchCore, overlap')!;
  assert.equal(overlap.figures[1]!.paper, 0.745);
  assert.equal(overlap.figures[0]!.paper, undefined, 'the paper knows no bolt');
  assert.ok(Math.abs(overlap.figures[2]!.mean - 0.6534) < 5e-5);
  const best = table.rows.filter(({ figures }) => figures[1]?.best).map(({ label }) => label);
  assert.deepEqual(best.sort(), ['SoftPatch-LOF, no overlap', 'SoftPatch-LOF, overlap']);
});

test('aurocTable: means over the same categories on both sides, deviation over the draws’ means', async () => {
  const results = experimentCells('table-6', ['bolt', 'bottle', 'screw'], 2).map(madeUp);
  // Another fall of bottle's second draw, so that the means of the draws are not as far apart as single cells.
  for (const { cell, evaluate } of results) {
    if (cell.category === 'bottle' && cell.draw === 1) evaluate!.image.auroc! -= 0.03;
  }
  const { columns, rows, draws } = await aurocTable('table-6', results);
  assert.deepEqual(columns, ['bolt', 'bottle', 'screw', 'mean of bottle, screw', 'paper, mean of all 15']);
  const [, bottle, screw, mean, whole] = rows.find(({ label }) => label === 'PatchCore')!.figures;
  assert.deepEqual([bottle!.paper, screw!.paper, draws], [0.692, 0.71, 2]);
  assert.ok(Math.abs(mean!.paper! - (0.692 + 0.71) / 2) < 1e-12, 'not the mean over all 15');
  assert.ok(Math.abs(mean!.mean - (bottle!.mean + screw!.mean) / 2) < 1e-12);
  // Draws' means .750 and .725: their deviation, n − 1.
  assert.ok(Math.abs(mean!.deviation! - 0.025 / Math.SQRT2) < 1e-9);
  assert.ok(Math.abs(whole!.mean - 0.6827) < 5e-5);
});

test('aurocTable: a system that lacks a category has no mean; another number of draws is said', async () => {
  const results = experimentCells('table-6', ['bottle', 'screw'], 2)
    .map(madeUp)
    .filter(({ cell }) => !(cell.system === 'cflow' && cell.category === 'bottle'))
    .filter(({ cell }) => !(cell.system === 'patchcore' && cell.category === 'screw' && cell.draw === 1));
  const { rows, draws } = await aurocTable('table-6', results);
  const figures = (label: string) => rows.find((row) => row.label === label)!.figures;
  assert.equal(figures('CFLOW')[2], null);
  assert.deepEqual([figures('PatchCore')[1]!.count, figures('PatchCore')[1]!.deviation, draws], [1, null, 2]);
  assert.equal(figures('PatchCore')[2]!.count, 1, 'only draws that have both categories are averaged');
});

test('aurocTable: Table 7 stands beside the localisation numbers, what is printed last', async () => {
  const { columns, rows } = await aurocTable('table-7', TABLE_RESULTS);
  assert.deepEqual(columns.slice(-2), ['paper, mean of all 15', 'as printed, mean of all 15']);
  const cflow = rows.find(({ label }) => label === 'CFLOW')!;
  assert.deepEqual(
    cflow.figures.slice(2).map((figure) => figure!.mean.toFixed(4)),
    ['0.9618', '0.9103'],
  );
});

test('usualDraws is the number most cells have; spreadText names it', () => {
  const cells = experimentCells('table-6', ['screw'], 3).map(madeUp);
  assert.equal(usualDraws(cells), 3);
  assert.equal(usualDraws(cells.filter(({ cell }) => cell.system === 'cflow' || cell.draw === 0)), 1);
  assert.equal(usualDraws([]), 1);
  assert.match(spreadText(3), /^± is the standard deviation over n = 3 draws/);
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

test('timingTable sums stages, puts the paper beside the totals and the stages after them', () => {
  const { rows, columns } = timingTable(TIMING_RESULTS);
  assert.deepEqual(
    rows.map(({ figures }) => figures.slice(0, 2).map((figure) => [figure!.mean, figure!.paper])),
    [
      [
        [25, 21.2958],
        [15, 15.6146],
      ],
      [
        [23, 21.3869],
        [15, 15.8763],
      ],
      [
        [35, 74.2912],
        [15, 15.5386],
      ],
    ],
  );
  const filter = columns.indexOf('train: filter');
  assert.deepEqual(
    rows.map(({ figures }) => figures[filter]?.mean),
    [undefined, undefined, 12],
  );
  assert.equal(rows[0].figures[columns.indexOf('infer: search')]!.mean, 9);
});
