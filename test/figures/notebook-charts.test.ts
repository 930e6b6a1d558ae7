import assert from 'node:assert/strict';
import test from 'node:test';
import type { Sample } from '../../src/dataset/category.js';
import { compareTable } from '../../src/figures/compare.js';
import { contactSheet } from '../../src/figures/contact-sheet.js';
import { leakedAndUnseen } from '../../src/figures/heat-sheet.js';
import { patchWeightsFigure } from '../../src/figures/patch-weights.js';
import { purityChart } from '../../src/figures/purity.js';
import { scoreChart, scoreRows } from '../../src/figures/score-strip.js';
import { sweepChart } from '../../src/figures/sweep-curve.js';
import { renderChart } from '../../src/figures/vega.js';
import { weightChart } from '../../src/figures/weight-histogram.js';
import { matches } from './snapshot.js';

test('the weight chart draws as stored: a panel a method, the cut as a line', async () => {
  const rows = ['nearest', 'lof'].flatMap((method) =>
    (['nominal image', 'noise image', 'defect patch'] as const).flatMap((from, f) =>
      [0, 1, 2].map((b) => ({ method, from, weight: 1 + b, share: (b === f ? 0.6 : 0.2) as number })),
    ),
  );
  matches('weights', await renderChart(weightChart(rows, { nearest: 2.2, lof: 2.6 })));
});

test('the purity chart draws as stored, with the base rate', async () => {
  const rows = ['patchcore', 'softpatch-lof'].flatMap((method, m) =>
    [5, 10, 15].map((picked) => ({ method, picked, share: m === 0 ? 0.5 / picked : 0 })),
  );
  matches('purity', await renderChart(purityChart(rows, 0.01)));
});

const images = [
  { name: 'test/good/000.png', type: 'good', label: 0 as const, score: 1 },
  { name: 'test/chip/000.png', type: 'chip', label: 1 as const, score: 0 },
  { name: 'test/chip/001.png', type: 'chip', label: 1 as const, score: 3 },
  { name: 'test/mixed/000.png', type: 'mixed', label: null, score: 2 },
];
const manifest = { category: 'bolt', noise: 0.1, images: ['test/chip/000.png'], overlap: true };

test('scoreRows tell leaked defects from unseen ones and leave unknown images out', () => {
  assert.deepEqual(
    scoreRows('m', { images, manifest }).map(({ kind, score }) => [kind, score]),
    [
      ['nominal', 1],
      ['leaked defect', 0],
      ['unseen defect', 3],
    ],
  );
});

test('the score chart draws as stored', async () => {
  const rows = ['patchcore', 'softpatch-lof'].flatMap((method) => scoreRows(method, { images, manifest }));
  matches('scores', await renderChart(scoreChart(rows)));
});

test('the sweep chart draws the preview beside the exact curve', async () => {
  const rows = [0, 0.1, 0.2].map((tau) => ({ tau, image: 0.7 + tau, pixel: 0.9 }));
  const preview = rows.map((row) => ({ ...row, image: row.image - 0.02, pixel: null }));
  matches('sweep-preview', await renderChart(sweepChart(rows, 0.15, preview)));
});

test('patchWeightsFigure outlines what is not kept, in words that can be chosen', () => {
  const image = {
    label: 'a<b',
    picture: new Uint8Array(3),
    weights: Float32Array.of(1, 2, 3, 4),
    kept: Uint8Array.of(1, 0, 0, 1),
  };
  const svg = patchWeightsFigure('T', [image]);
  assert.match(svg, /a&#60;b[\s\S]*outlined: 2 removed patches[\s\S]*weight 1\.00/);
  assert.equal(svg.match(/fill="none"/g)?.length, 4, 'each removed patch in the picture and in the grid');
  const words = patchWeightsFigure('T', [{ ...image, kept: null }], { unit: 'distance' });
  assert.match(words, /distance 1\.00/);
  assert.ok(!words.includes('outlined'));
});

test('contactSheet writes captions under pictures and makes room for them', () => {
  const picture = new Uint8Array(3);
  const plain = contactSheet('T', [''], [{ label: 'a', pictures: [picture] }]);
  const captioned = contactSheet('T', [''], [{ label: 'a', pictures: [picture], captions: ['one\n<two>'] }]);
  const height = (svg: string): number => Number(/height="(\d+)" font-family/.exec(svg)![1]);
  assert.equal(height(captioned) - height(plain), 28);
  assert.match(captioned, />one<[\s\S]*>&#60;two&#62;</);
});

test('leakedAndUnseen shows each defect type leaked, then unseen, and skips what there is none of', () => {
  const sample = (type: string, at: number): Sample => ({
    path: '',
    name: `test/${type}/${at}.png`,
    label: type === 'good' ? 0 : 1,
    type,
    mask: null,
  });
  const test_ = [sample('good', 0), sample('big_chip', 0), sample('big_chip', 1), sample('scratch', 0)];
  assert.deepEqual(
    leakedAndUnseen(test_, ['test/big_chip/1.png']).map(({ sample: { name }, label }) => [name, label]),
    [
      ['test/big_chip/1.png', 'big chip\nalso in training'],
      ['test/big_chip/0.png', 'big chip\nnot in training'],
      ['test/scratch/0.png', 'scratch\nnot in training'],
    ],
  );
});

test('compareTable marks the best of each column and leaves out what was not measured', () => {
  const of = (image: number, pixel: number | null) =>
    ({ image: { auroc: image }, pixel: { auroc: pixel } }) as Parameters<typeof compareTable>[1][string];
  const { columns, rows } = compareTable('T', { a: of(0.5, null), b: of(0.7, 0.9) });
  assert.deepEqual(columns, ['image', 'pixel']);
  assert.deepEqual(rows, [
    { label: 'a', figures: [{ mean: 0.5, deviation: null }, null] },
    {
      label: 'b',
      figures: [
        { mean: 0.7, deviation: null, best: true },
        { mean: 0.9, deviation: null, best: true },
      ],
    },
  ]);
});
