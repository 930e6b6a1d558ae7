import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { csvParse } from 'd3-dsv';
import { below, temporaryFolder } from '../temporary.js';
import { softpatch } from './command.js';

test('many categories are swept and audited once by two processes at once, with the figures of one by one', async (t) => {
  const root = await temporaryFolder(t);
  const data = join(root, 'drawn');
  const drawn = await softpatch(['data', 'draw', '--to', data, '--train', '9', '--good', '3', '--defective', '2']);
  assert.equal(drawn.code, 0, drawn.stderr);
  const own = [
    '--weights',
    'random',
    '--resize',
    '64',
    '--crop',
    '64',
    '--engine',
    'wasm',
    '--threads',
    '1',
    '--no-cache',
  ];
  const sweep = ['sweep', '--data', data, '--noise', '0.2', '--overlap', '--ratio', '0.2', '--taus', '0,0.2', ...own];
  const many = ['--categories', 'all', '--results', join(root, 'results')];
  const both = await Promise.all(
    ['a.csv', 'b.csv'].map((name) => softpatch([...sweep, ...many, '--csv', join(root, name)])),
  );
  for (const { code, stderr } of both) assert.equal(code, 0, stderr);
  const computed = both.map(({ stdout }) => Number(/(\d+) categories computed/.exec(stdout)![1]));
  assert.equal(computed[0] + computed[1], 3);
  const text = await readFile(join(root, 'a.csv'), 'utf8');
  assert.equal(await readFile(join(root, 'b.csv'), 'utf8'), text);
  const rows = csvParse(text);
  assert.deepEqual([...new Set(rows.map(({ category }) => category))], ['bolt', 'bracket', 'weave', 'mean']);
  const single = await softpatch([...sweep, '--category', 'bracket', '--csv', join(root, 'one.csv')]);
  assert.equal(single.code, 0, single.stderr);
  const alone = csvParse(await readFile(join(root, 'one.csv'), 'utf8'));
  const bracket = rows.filter(({ category }) => category === 'bracket').map(({ category: _, ...row }) => row);
  assert.deepEqual(
    bracket,
    alone.map((row) => ({ ...row })),
  );
  const third = rows
    .filter(({ category, tau }) => category !== 'mean' && tau === '0.2')
    .map(({ image }) => Number(image));
  const mean = Number(rows.find(({ category, tau }) => category === 'mean' && tau === '0.2')!.image);
  assert.ok(Math.abs(mean - third.reduce((sum, value) => sum + value, 0) / 3) < 1e-12);

  const audit = ['audit', data, ...many, '--out', join(root, 'audit'), ...own];
  const first = await softpatch(audit);
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stdout, /3 categories computed, 0 found finished, 0 failed/);
  const files = await below(join(root, 'audit'));
  for (const category of ['bolt', 'bracket', 'weave'])
    assert.ok(files.includes(join(category, 'audit.html')), category);
  assert.equal(csvParse(await readFile(join(root, 'audit/summary.csv'), 'utf8')).length, 3);
  assert.match((await softpatch(audit)).stdout, /0 categories computed, 3 found finished/);
  const wrong = await softpatch([...sweep, '--categories', 'bolt,lost']);
  assert.match(wrong.stderr, /has no lost\. It has bolt, bracket, weave, or give all/);
  const ignored = await softpatch([...sweep, '--category', 'bolt', '--results', join(root, 'x')]);
  assert.match(ignored.stderr, /--results would be ignored/);
});
