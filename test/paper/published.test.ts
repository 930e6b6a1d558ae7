import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import {
  AUTHORS_README,
  publishedCell,
  publishedColumn,
  publishedColumns,
  publishedMean,
  repeatsTable6,
  sharedCategories,
} from '../../src/paper/published.js';
import { AUROC_TABLES, PUBLISHED_CATEGORIES } from '../../src/paper/published-cells.js';
import { needs, shared } from '../shared.js';

test('means of the printed cells agree with the printed averages to .001', () => {
  const printed = AUROC_TABLES.flatMap(publishedColumns).filter(({ printedAverage }) => printedAverage !== undefined);
  assert.equal(printed.length, 16);
  for (const column of printed) {
    const off = Math.abs(publishedMean(column) - column.printedAverage!);
    assert.ok(off <= 0.001, `${column.table} ${column.system}: ${off}`);
  }
});

test('every cell is the one the transcription of the print holds', needs('paper/tables.json'), async () => {
  type Printed = { columns: { system: string; overlap: boolean; categories: Record<string, number> }[] };
  const tables: Record<string, Printed> = JSON.parse(await readFile(shared('paper/tables.json'), 'utf8'));
  for (const name of AUROC_TABLES) {
    const ours = publishedColumns(name).map(({ system, overlap, cells }) => ({
      system,
      overlap,
      categories: Object.fromEntries(PUBLISHED_CATEGORIES.map((category, i) => [category, cells[i]])),
    }));
    const theirs = tables[name].columns.map(({ system, overlap, categories }) => ({ system, overlap, categories }));
    assert.deepEqual(ours, theirs);
  }
});

test('Table 7 repeats detection numbers in the four columns that stand alone; Table 5 holds those meant', () => {
  const repeated = publishedColumns('table-7').filter(repeatsTable6);
  assert.deepEqual(
    repeated.map(({ system }) => system),
    ['padim-star', 'cflow', 'patchcore', 'softpatch-lof'],
  );
  assert.equal(publishedCell(publishedColumn('table-7', 'patchcore', true), 'screw'), 0.745);
  assert.equal(publishedCell(publishedColumn('table-6', 'patchcore', true), 'screw'), 0.71);
  const own = publishedColumn('table-7', 'padim-star+cflow', true)!;
  assert.equal(own.table, 'table-7');
});

test('what the paper does not have is undefined, not a number', () => {
  assert.equal(publishedColumn('table-6', 'patchcore-random', true), undefined);
  assert.equal(publishedCell(publishedColumn('table-6', 'patchcore', true), 'bolt'), undefined);
  assert.equal(publishedCell(undefined, 'screw'), undefined);
  assert.deepEqual(sharedCategories(['bolt', 'screw', 'bottle']), ['screw', 'bottle']);
});

test('the README’s claims average to what it prints', () => {
  const values = Object.values(AUTHORS_README);
  assert.equal(values.length, 15);
  for (const [m, printed] of [0.9865, 0.9805].entries()) {
    const mean = values.reduce((sum, pair) => sum + pair[m], 0) / 15;
    assert.ok(Math.abs(mean - printed) < 5e-4, `${mean} for ${printed}`);
  }
});
