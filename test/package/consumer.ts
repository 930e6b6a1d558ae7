// What a user may write against the package; compiled under strict by package.whole.test.ts, then run in a folder with
// data/drawn/bolt.
import {
  type Category,
  createRandom,
  detect,
  type EvaluateResult,
  evaluate,
  evaluateConfig,
  type FeatureChoice,
  fitDetector,
  injectNoise,
  type Lab,
  openCategory,
  openLab,
  SYSTEMS,
  type System,
} from 'softpatch-lab';
import { type Figure, type FigureTable, toMarkdown } from 'softpatch-lab/figures';
import { lofScores, type Threads } from 'softpatch-lab/kernels';
import { type Lesson, openLesson } from 'softpatch-lab/notebook';
import { type CellResult, experimentCells, PUBLISHED_TABLES, readCell } from 'softpatch-lab/paper';
import { MEAN_PATCH } from './mean-patch.js';

const systems: readonly System[] = [...SYSTEMS, MEAN_PATCH];
const lab: Lab = await openLab({ engine: 'wasm', threads: 2, systems });
const threads: Threads = lab.threads;
const category: Category = await openCategory('data/drawn', 'bolt');
const features: FeatureChoice = {
  weights: { kind: 'random', seed: 0 },
  layers: ['layer1', 'layer2'],
  preprocessing: { resize: 64, crop: 64 },
};
const contamination = { noise: 0.2, overlap: true };

const config = evaluateConfig({
  method: 'softpatch-lof',
  settings: { tau: 0.2, ratio: 0.1, k: 3 },
  features,
  contamination,
});
const wrong = [
  // @ts-expect-error The switch is called tau.
  () => evaluateConfig({ method: 'softpatch-lof', settings: { threshold: 0.2 }, features }),
  // @ts-expect-error It is a number.
  () => evaluateConfig({ method: 'softpatch-lof', settings: { tau: '0.2' }, features }),
  // @ts-expect-error PaDiM has none.
  () => evaluateConfig({ method: 'padim', settings: { tau: 0.2 }, features }),
  // @ts-expect-error No method has this name.
  () => evaluateConfig({ method: 'softpatch', features }),
  // @ts-expect-error Noise is stated in the contamination.
  () => evaluateConfig({ method: 'patchcore', features, noise: 0.1 }),
  // @ts-expect-error No engine has this name.
  () => openLab({ engine: 'tfjs' }),
  // @ts-expect-error A lesson completes switches too.
  () => lesson.config({ method: 'cflow', settings: { epoch: 1 } }),
];

const result: EvaluateResult = await evaluate(lab, category, config);
const own = evaluateConfig({ method: MEAN_PATCH.name, features, contamination }, lab.systems);
const mine = await evaluate(lab, category, own);

const noisy = injectNoise(category, contamination, createRandom(0));
const detector = await fitDetector(lab, category.name, noisy.train, config);
for await (const { score, anomalous, map } of detect(lab, detector, [category.test[0].path])) {
  const kinds: [number, boolean, Float32Array] = [score, anomalous, map];
  console.log('detect', kinds[2].length);
}
await lab.close();

const figure: Figure = { mean: mine.image.auroc ?? 0, deviation: null };
const table: FigureTable = {
  title: 't',
  caption: 'c',
  columns: ['image'],
  rows: [{ label: 'mine', figures: [figure] }],
};
console.log(toMarkdown(table).includes('mine'), typeof lofScores, threads.count, result.config.settings.tau);

const [cell] = experimentCells('table-6', ['screw'], 1);
const read: CellResult | null = await readCell('data/results', cell, '0'.repeat(64));
console.log(read, PUBLISHED_TABLES.length, wrong.length);

const lesson: Lesson = await openLesson({ engine: 'wasm', size: 64 });
const { pixel } = await lesson.evaluate(lesson.config({ method: 'patchcore', settings: { ratio: 0.02 } }));
await lesson.close();
console.log('lesson', lesson.folder, typeof pixel.auroc);
