import assert from 'node:assert/strict';
import test from 'node:test';
import { toMarkdown } from '../../src/figures/table.js';
import { PUBLISHED_TABLES, publishedTable } from '../../src/paper/published-tables.js';

test('a published table is a row a category, a column a system, the averages last', () => {
  const { rows, columns, caption } = publishedTable('table-6');
  assert.equal(columns.length, 8);
  assert.deepEqual([rows[0].label, rows.at(-1)!.label], ['bottle', 'Average, as printed']);
  const screw = rows.find(({ label }) => label === 'screw')!;
  assert.deepEqual([screw.figures[4]!.mean, screw.figures[7]!.mean], [0.71, 0.923]);
  assert.equal(rows.at(-1)!.figures[4]!.mean, 0.683);
  assert.doesNotMatch(caption, /repeat/);
});

test('Table 7 says which of its columns repeat Table 6; Table 5 tells its two settings apart', () => {
  assert.match(publishedTable('table-7').caption, /PaDiM\*, CFLOW, PatchCore, SoftPatch-LOF repeat Table 6/);
  const { columns, rows } = publishedTable('table-5');
  assert.equal(columns.filter((name) => name.startsWith('PatchCore, ')).length, 2);
  assert.equal(rows.at(-1)!.label, 'mean', 'Table 5 prints no averages');
});

test('every published table can be written out', () => {
  for (const name of PUBLISHED_TABLES) {
    const text = toMarkdown(publishedTable(name));
    assert.doesNotMatch(text, /NaN|undefined|–/, name);
  }
  assert.match(toMarkdown(publishedTable('table-8')), /\| PaDiM\\\*\+PatchCore \| 74\.2912 \| 15\.5386 \|/);
});
