// Measures witness, with doubt as strong as set whatever it costs, with one switch at another value, on draw 0, which its rules were chosen on; `cleaning.mjs --write` makes the table.
//   node scripts/cleaning-ablations.mjs --data data/mvtec --weights data/weights/resnet18.safetensors [--categories screw,bottle] [--cache DIR]
// Appends to data/results/cleaning-ablations.json and passes over what it holds.
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { evaluate, evaluateConfig, openCategory, openLab, SYSTEMS } from '../build/src/index.js';
import { writeJson } from '../build/src/storage/atomic.js';

const RESULTS = 'data/results/cleaning-ablations.json';
/** Switches and the values they take instead of the default. */
const VARIANTS = {
  judges: ['lof', 'both'],
  others: [2, 3, 8, 12],
  smooth: [false],
  worst: [1, 3, 25],
  witnesses: [0, 1, 3],
  level: [0, 1, 2],
  ratio: [0.02, 0.05, 0.2],
};
/** Doubt whatever it costs, and none without proof: what a switch does by itself. */
const UNWEIGHED = { dear: 1, free: false };
const CELLS = [
  { noise: 0, overlap: false },
  { noise: 0.1, overlap: true },
  { noise: 0.1, overlap: false },
];
const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    categories: { type: 'string', default: 'screw,bottle' },
    weights: { type: 'string' },
    cache: { type: 'string', default: 'data/cache' },
  },
});
const rows = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) : [];
const weights = { kind: 'file', path: values.weights };
const variants = [
  ['witness', {}],
  ['patchcore', {}],
  ...Object.entries(VARIANTS).flatMap(([name, all]) => all.map((value) => ['witness', { [name]: value }])),
  // LOF judges with another number of neighbours.
  ...[3, 12].map((k) => ['witness', { judges: 'lof', k }]),
  ...VARIANTS.ratio.map((ratio) => ['patchcore', { ratio }]),
];
const lab = await openLab({ cache: values.cache });
try {
  for (const name of values.categories.split(',')) {
    const category = await openCategory(values.data, name);
    for (const [method, changed] of variants)
      for (const cell of CELLS) await measure(name, category, method, changed, cell);
  }
} finally {
  await lab.close();
}

async function measure(name, category, method, changed, { noise, overlap }) {
  const key = JSON.stringify([name, method, changed, noise, overlap]);
  if (rows.some((row) => JSON.stringify([row.category, row.method, row.changed, row.noise, row.overlap]) === key))
    return;
  const contamination = { noise, overlap };
  const settings = { ratio: 0.1, ...(method === 'witness' ? UNWEIGHED : {}), ...changed };
  const set = { method, features: { weights }, settings, contamination, seed: 0 };
  const { image, pixel, decision } = await evaluate(lab, category, evaluateConfig(set, SYSTEMS));
  const row = { category: name, method, changed, noise, overlap, image: image.auroc, pixel: pixel.auroc };
  rows.push({ ...row, share: decision?.share ?? null });
  console.log(key, image.auroc, pixel.auroc, decision?.share);
  await writeJson(RESULTS, rows);
}
