import assert from 'node:assert/strict';
import test from 'node:test';
import { AUTHORS_CODE, AUTHORS_DRAWS } from '../../src/paper/authors-code.js';
import { experimentCells } from '../../src/paper/grid.js';
import { authorsCodeTable, settingsTable } from '../../src/paper/settings-table.js';
import { summaryTable } from '../../src/paper/summary-table.js';
import { madeUp } from './paper-results.js';

test('settingsTable: a row a system, both metrics in the three settings', () => {
  const results = experimentCells('all-settings', ['bolt'], 2, ['patchcore', 'cflow']).map(madeUp);
  const { rows, columns, draws } = settingsTable('bolt', results);
  assert.deepEqual(
    rows.map(({ label }) => label),
    ['CFLOW', 'PatchCore'],
  );
  assert.equal(columns.length, 8);
  // .95 − 2 · .1 with overlap, half that fall without; the second draw .01 lower.
  const means = rows[1].figures.slice(0, 3).map((figure) => figure!.mean.toFixed(3));
  assert.deepEqual(means, ['0.945', '0.845', '0.745']);
  assert.equal(draws, 2);
  assert.equal(rows[1].figures[6]!.mean, 0.25, 'the coreset’s share of noise, with overlap');
});

test('authorsCodeTable: ours on their images, theirs beside', () => {
  assert.equal(AUTHORS_DRAWS.screw.images.length, 32);
  const cells = experimentCells('authors-code', ['bolt', 'screw'], 2);
  assert.equal(cells.length, AUTHORS_CODE.screw.length * 3 * 2, 'only categories they were run on');
  assert.ok(cells.every(({ images, noise }) => (images === 'authors') === noise > 0));
  // Our own draws must not slip in.
  const others = experimentCells('table-6', ['screw'], 5).map(madeUp);
  const { rows, beside } = authorsCodeTable('screw', [...cells.map(madeUp), ...others]);
  const patchcore = rows.find(({ label }) => label === 'PatchCore')!.figures;
  assert.equal(beside, 'authors');
  assert.deepEqual([patchcore[2]!.count, patchcore[2]!.paper], [2, 0.724]);
  assert.equal(rows.find(({ label }) => label.startsWith('PatchCore 1 %'))!.figures[0]!.paper, undefined);
});

test('summaryTable: ours, the authors’ code and the paper on the paper’s categories alone', () => {
  const results = experimentCells('table-6', ['bolt', 'bottle', 'screw'], 2).map(madeUp);
  const { rows } = summaryTable(results);
  assert.ok(rows.every(({ label }) => /^(bottle|screw): /.test(label)));
  const figures = (label: string): (number | undefined)[] =>
    rows.find((row) => row.label === label)!.figures.map((figure) => figure?.mean);
  const [ours, authors, paper, pixel, theirs, printed] = figures('screw: PatchCore');
  assert.deepEqual([authors, paper, theirs, printed], [0.724, 0.71, 0.726, 0.745]);
  assert.ok(Math.abs(ours! - 0.745) < 1e-9 && Math.abs(pixel! - 0.765) < 1e-9);
  assert.deepEqual(figures('bottle: PatchCore').slice(1, 3), [undefined, 0.692]);
  const some = results.filter(({ cell }) => cell.category === 'screw' || cell.system === 'patchcore');
  const labels = summaryTable(some).rows.map(({ label }) => label);
  assert.ok(labels.includes('bottle: PatchCore') && !labels.includes('bottle: CFLOW'), 'no row without ours');
});
