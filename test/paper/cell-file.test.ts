import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import test from 'node:test';
import { type CellResult, cellPath, readCell, writeCell } from '../../src/paper/cell-file.js';
import type { Cell } from '../../src/paper/grid.js';
import { temporaryFolder } from '../temporary.js';

const cell: Cell = { kind: 'natural', category: 'c', system: 's', noise: 0.1, overlap: true, draw: 0 };
const result: CellResult = {
  key: 'a'.repeat(64),
  cell,
  engine: 'wasm',
  config: { x: 1 },
  natural: { images: [{ name: 'n', weight: 1.25, removed: 3 }] },
};

test('a finished cell comes back; another key, a torn file and a changed digit do not', async (t) => {
  const folder = await temporaryFolder(t);
  const damaged: string[] = [];
  const read = (key = result.key): Promise<CellResult | null> =>
    readCell(folder, cell, key, (path) => damaged.push(path));
  assert.equal(await read(), null);
  await writeCell(folder, result);
  assert.deepEqual(await read(), result);
  assert.equal(await read('b'.repeat(64)), null);
  assert.equal(damaged.length, 0);
  const path = cellPath(folder, cell, result.key);
  const text = await readFile(path, 'utf8');
  for (const broken of [text.slice(0, 80), text.replace('1.25', '1.26'), '', '[]', 'null']) {
    await writeFile(path, broken);
    assert.equal(await read(), null);
  }
  assert.deepEqual(damaged, Array(5).fill(path));
  await writeCell(folder, result);
  assert.deepEqual(await read(), result);
});
