import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { temporaryFolder } from '../temporary.js';
import { softpatch } from './command.js';

test('softpatch notebooks DIR writes notebooks, kernel, drawn images and package.json, and keeps what is there', async (context) => {
  const root = await temporaryFolder(context);
  const [folder, data] = [join(root, 'course'), join(root, 'jupyter')];
  const { code, stdout, stderr } = await softpatch(['notebooks', folder, '--to', data]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /notebooks are in .*course\n.*kernels\/softpatch-lab\nNext: cd .*course && jupyter lab\n/);
  const there = await readdir(folder);
  for (const name of ['00-quick-start.ipynb', 'README.md', 'data', 'package.json', 'solutions'])
    assert.ok(there.includes(name), name);
  assert.equal(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')).private, true);
  assert.ok((await readdir(join(folder, 'solutions'))).includes('00-quick-start.ipynb'));
  const { cells } = JSON.parse(await readFile(join(folder, '00-quick-start.ipynb'), 'utf8'));
  for (const cell of cells) if (cell.cell_type === 'code') assert.deepEqual(cell.outputs, []);
  assert.deepEqual((await readdir(join(folder, 'data/lesson'))).sort(), ['bolt', 'bracket', 'weave']);
  assert.deepEqual(await readdir(join(data, 'kernels')), ['softpatch-lab']);
  const again = await softpatch(['notebooks', folder, '--to', data]);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /00-quick-start\.ipynb exists already\. Name another folder/);
});

test('softpatch notebooks DIR: a package.json of one’s own stays', async (context) => {
  const folder = await temporaryFolder(context);
  await writeFile(join(folder, 'package.json'), '{ "name": "mine" }');
  const { code, stderr } = await softpatch(['notebooks', folder, '--to', join(folder, 'jupyter')]);
  assert.equal(code, 0, stderr);
  assert.equal(await readFile(join(folder, 'package.json'), 'utf8'), '{ "name": "mine" }');
});
