import assert from 'node:assert/strict';
import test from 'node:test';
import { contactSheet } from '../../src/figures/contact-sheet.js';
import { growthChart } from '../../src/figures/growth.js';
import { renderPng, textWidth } from '../../src/figures/render.js';
import { renderChart } from '../../src/figures/vega.js';
import { matches } from './snapshot.js';

const growth = ['coreset', 'search'].flatMap((stage, s) =>
  [25_000, 100_000, 350_000].map((patches, i) => ({ stage, patches, seconds: 0.1 * (s + 1) * 4 ** i })),
);

test('growthChart draws both stages as stored, without a warning, the same bytes twice', async () => {
  const svg = await renderChart(growthChart(growth));
  assert.equal(await renderChart(growthChart(growth)), svg);
  matches('growth', svg);
});

test('renderChart fails on a compiler warning', async () => {
  const spec = growthChart(growth) as { encoding: object };
  const broken = { ...spec, encoding: { ...spec.encoding, sparkle: { field: 'stage', type: 'nominal' } } } as never;
  await assert.rejects(renderChart(broken), /the chart has warnings/);
});

test('contactSheet escapes labels and renders with the packaged font', () => {
  const svg = contactSheet('A & B', ['<image>'], [{ label: 'x"y\nz', pictures: [] }]);
  assert.match(svg, /A &#38; B[\s\S]*&#60;image&#62;[\s\S]*x&#34;y/);
  const png = renderPng(svg);
  assert.deepEqual([...png.subarray(1, 4)], [...Buffer.from('PNG')]);
  assert.deepEqual(renderPng(svg), png);
});

test('textWidth measures letters, not a guess by their number', () => {
  assert.ok(textWidth('MMMM', 10, 400) > 2.5 * textWidth('iiii', 10, 400));
});
