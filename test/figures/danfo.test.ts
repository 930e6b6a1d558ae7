import assert from 'node:assert/strict';
import test from 'node:test';
import { frameHtml, groupStatistics, toDanfo } from '../../src/figures/danfo.js';

test('frameHtml shows every row, cuts decimals and escapes text', async () => {
  const rows = Array.from({ length: 15 }, (_, i) => ({ name: i === 0 ? '<a>' : `b${i}`, auroc: i / 3 }));
  const html = await frameHtml(await toDanfo(rows));
  assert.equal(html.match(/<tr>/g)!.length, 16, 'a head and 15 rows, where the package prints ten');
  assert.match(html, /<th>name<\/th><th>auroc<\/th>/);
  assert.match(html, /&#60;a&#62;<\/td><td style="text-align:right">0<\/td>/);
  assert.match(html, />0\.333<[\s\S]*>4\.667</);
  assert.match(await frameHtml(await toDanfo(rows), 1), />4\.7</);
});

test('groupStatistics: mean and deviation with n − 1; a single value has none, null counts for nothing', async () => {
  const rows = [
    { system: 'a', auroc: 0.7 },
    { system: 'a', auroc: 0.9 },
    { system: 'b', auroc: 0.5 },
    { system: 'b', auroc: null },
  ];
  const [a, b] = await groupStatistics(rows, ['system'], 'auroc');
  assert.deepEqual([a.group, a.count], [{ system: 'a' }, 2]);
  assert.ok(Math.abs(a.mean - 0.8) < 1e-12);
  assert.ok(Math.abs(a.deviation! - 0.2 / Math.SQRT2) < 1e-12);
  assert.deepEqual(b, { group: { system: 'b' }, mean: 0.5, deviation: null, count: 1 });
  assert.deepEqual(await groupStatistics([{ system: 'c', auroc: null }], ['system'], 'auroc'), []);
});
