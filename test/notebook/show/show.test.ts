import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { toDanfo } from '../../../src/figures/danfo.js';
import { decodeRgb } from '../../../src/image/codec.js';
import type { Raster } from '../../../src/image/raster.js';
import { describe as look } from '../../../src/notebook/show/show.js';
import { temporaryFolder } from '../../temporary.js';

/** The picture of a bundle. */
async function picture(context: TestContext, base64: unknown): Promise<Raster> {
  const path = join(await temporaryFolder(context), 'shown.png');
  await writeFile(path, Buffer.from(String(base64), 'base64'));
  return decodeRgb(path);
}

test('describe(value): records are a table of at most 30 rows, lists of anything else text', async () => {
  const rows = Array.from({ length: 40 }, (_, i) => ({ name: `n${i}`, value: i / 8, more: null }));
  const bundle = await look(rows);
  assert.match(String(bundle['text/html']), /<th>name<\/th><th>value<\/th><th>more<\/th>[\s\S]*<p>30 of 40 rows<\/p>/);
  assert.equal(String(bundle['text/html']).match(/<tr>/g)!.length, 31);
  assert.match(String(bundle['text/html']), /0\.125/);
  for (const value of [[], [1, 2], [{ nested: {} }], { a: 1 }])
    assert.deepEqual(Object.keys(await look(value)), ['text/plain']);
});

test('describe(value): frames of danfojs and tables of figures are HTML', async () => {
  assert.match(
    String((await look(await toDanfo([{ r: 0.1 }, { r: 0.25 }])))['text/html']),
    /0\.250[\s\S]*2 rows × 1 columns/,
  );
  const table = {
    title: 'T',
    caption: 'c',
    columns: ['image'],
    rows: [{ label: 'a', figures: [{ mean: 0.5, deviation: null }] }],
  };
  const bundle = await look(table);
  assert.match(String(bundle['text/html']), /<b>T<\/b>/);
  assert.match(String(bundle['text/plain']), /\*\*T\*\*/);
});

test('describe(value): rasters, files of pictures and anomaly maps are pictures', async (context) => {
  const raster = { width: 9, height: 8, channels: 3, data: new Uint8Array(9 * 8 * 3).fill(200) };
  const png = Buffer.from(String((await look(raster))['image/png']), 'base64');
  const { data, width, height } = await picture(context, png.toString('base64'));
  assert.deepEqual([width, height, Uint8Array.from(data)], [9, 8, raster.data]);
  assert.equal((await look(new Uint8Array(png)))['image/png'], png.toString('base64'));
  const map = Float32Array.from({ length: 64 }, (_, i) => i);
  const bundle = await look([
    { score: 0.5, map },
    { score: 63, map: map.map((value) => value / 2) },
  ]);
  const maps = await picture(context, bundle['image/png']);
  assert.deepEqual([maps.width, maps.height], [16, 8]);
  assert.match(String(bundle['text/plain']), /scores 0\.5000, 63\.00/);
  // One scale: the highest value of all is the palette's last colour, half of it the middle one.
  const at = (x: number, y: number): number[] => [...maps.data.subarray(3 * (16 * y + x), 3 * (16 * y + x) + 3)];
  assert.deepEqual(at(7, 7), [252, 255, 164]);
  assert.notDeepEqual(at(15, 7), at(7, 7));
});

test('describe(value): a chart is alive and a picture; SVG and HTML are drawn; other text is text', async () => {
  const chart = { data: { values: [{ a: 1 }] }, mark: 'point', encoding: { x: { field: 'a', type: 'quantitative' } } };
  const bundle = await look(chart);
  const live = bundle['application/vnd.vegalite.v5+json'] as typeof chart & { config: { font: string } };
  assert.deepEqual(live.data, chart.data);
  assert.match(live.config.font, /sans-serif/);
  assert.ok(bundle['image/png']);
  // Data may lie in the views a chart is made of.
  for (const parts of [{ layer: [chart] }, { hconcat: [{ layer: [chart] }, chart] }])
    assert.ok((await look(parts))['application/vnd.vegalite.v5+json'], JSON.stringify(parts));
  assert.ok((await look(' <svg xmlns="http://www.w3.org/2000/svg"/> '))['image/svg+xml']);
  assert.ok((await look('<p>a</p>'))['text/html']);
  assert.deepEqual(await look('a < b and c > d'), { 'text/plain': "'a < b and c > d'" });
});

test('describe(value): an evaluation tells its figures; a value may bring a look of its own', async () => {
  const result = {
    category: 'bolt',
    image: { auroc: 0.75, ap: 0.5, f1max: 0.5 },
    pixel: { auroc: 0.875, ap: null, aupro: 0.25 },
    images: [],
    config: { method: 'patchcore' },
    manifest: { images: ['a'] },
  };
  const bundle = await look(result);
  assert.match(
    String(bundle['text/plain']),
    /patchcore on bolt, 1 noise images: image AUROC 0\.750, pixel AUROC 0\.875/,
  );
  assert.match(String(bundle['text/html']), /AUPRO[\s\S]*0\.750/);
  const own = { [Symbol.for('Jupyter.display')]: () => ({ 'text/plain': 'mine' }) };
  assert.deepEqual(await look(own), { 'text/plain': 'mine' });
});
