import assert from 'node:assert/strict';
import test from 'node:test';
import {
  type Cell,
  cellName,
  EXPERIMENTS,
  experimentCells,
  gridOf,
  shardOf,
  tableColumns,
} from '../../src/paper/grid.js';
import { publishedColumns } from '../../src/paper/published.js';
import { AUROC_TABLES } from '../../src/paper/published-cells.js';
import { PAPER_SYSTEMS, paperSystem } from '../../src/paper/systems.js';

test('every table column has a system and a printed column, in the order of the print', () => {
  for (const name of AUROC_TABLES) {
    const columns = tableColumns(name);
    for (const { system } of columns) paperSystem(system);
    assert.deepEqual(
      columns,
      publishedColumns(name).map(({ system, overlap }) => ({ system, overlap })),
    );
  }
  assert.equal(PAPER_SYSTEMS.length, 12);
});

test('a grid holds every cell of its experiments once; without noise the settings are one', () => {
  const cells = gridOf(EXPERIMENTS, ['a', 'b'], 2);
  const names = cells.map(cellName);
  assert.equal(new Set(names).size, names.length);
  for (const experiment of EXPERIMENTS) {
    for (const cell of experimentCells(experiment, ['a', 'b'], 2)) assert.ok(names.includes(cellName(cell)));
  }
  assert.ok(cells.every(({ noise, overlap }) => noise > 0 || overlap));
  assert.equal(experimentCells('table-6', ['a'], 3).length, 8 * 3);
  assert.equal(experimentCells('table-6', ['a'], 3, ['cflow']).length, 3);
});

test('shards part a grid without loss, overlap or tearing fits apart', () => {
  const cells = gridOf(['table-5', 'figure-6', 'figure-7'], ['a', 'b'], 3);
  for (const count of [1, 2, 5, 8]) {
    const parts = Array.from({ length: count }, (_, i) => shardOf(cells, i + 1, count));
    assert.equal(parts.flat().length, cells.length);
    assert.equal(new Set(parts.flat().map(cellName)).size, cells.length);
    const home = new Map<string, number>();
    for (const [p, part] of parts.entries()) {
      for (const { category, system, noise, draw } of part) {
        const group = `${category} ${system} ${noise} ${draw}`;
        assert.equal(home.get(group) ?? p, p, 'both settings of a fit lie in one shard');
        home.set(group, p);
      }
    }
  }
  assert.deepEqual(shardOf(cells, 2, 3), shardOf([...cells], 2, 3));
  const bad: [number, number][] = [
    [0, 2],
    [3, 2],
    [1.5, 2],
    [1, 0],
  ];
  for (const [i, n] of bad) assert.throws(() => shardOf(cells as Cell[], i, n), /is impossible/);
});
