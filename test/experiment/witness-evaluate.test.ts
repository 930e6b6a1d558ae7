import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import type { Category } from '../../src/dataset/category.js';
import { writeDrawnCategory } from '../../src/dataset/drawn/write.js';
import { openCategory } from '../../src/dataset/layouts.js';
import { loadDetector, saveDetector } from '../../src/detector/model.js';
import { SYSTEMS } from '../../src/detector/systems.js';
import { type EvaluateConfig, evaluateConfig } from '../../src/experiment/config.js';
import { contaminate } from '../../src/experiment/contaminate.js';
import { detect } from '../../src/experiment/detect.js';
import { type EvaluateResult, evaluate } from '../../src/experiment/evaluate.js';
import { fitDetector } from '../../src/experiment/fit.js';
import { type Lab, openLab } from '../../src/experiment/lab.js';
import { encodePng } from '../../src/image/codec.js';

let root: string;
let lab: Lab;
let category: Category;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'softpatch-witness-'));
  await writeDrawnCategory(root, 'weave', { seed: 4, train: 24, good: 6, defective: 3 }, encodePng);
  category = await openCategory(root, 'weave');
  lab = await openLab({ threads: 2, engine: 'wasm', cache: join(root, 'cache') });
});
after(async () => {
  await lab.close();
  await rm(root, { recursive: true, force: true });
});

const features = {
  backbone: 'resnet18',
  weights: { kind: 'random', seed: 0 },
  preprocessing: { resize: 96, crop: 96 },
} as const;

function configured(method: string, settings: object, noise: number, filter = false): EvaluateConfig {
  return evaluateConfig(
    {
      method,
      features,
      settings: { ratio: 0.2, ...settings },
      contamination: { noise, overlap: true },
      filter: filter ? { method: 'witness', features, settings: { ratio: 0.2, doubt: 'always' }, budget: 0.5 } : null,
    },
    SYSTEMS,
  );
}
const scores = (result: EvaluateResult): number[] => result.images.map(({ score }) => score);

test('where nothing is doubted, witness gives the bytes of PatchCore', async () => {
  const plain = await evaluate(lab, category, configured('patchcore', {}, 0.2));
  const never = await evaluate(lab, category, configured('witness', { doubt: 'never' }, 0.2));
  assert.deepEqual(scores(never), scores(plain));
  assert.deepEqual(never.pixel, plain.pixel);
  assert.equal(never.decision!.cleans, false);
  assert.equal(plain.decision, null);
  assert.match(never.notes.join(' '), /nothing is doubted/);
});

test('doubted rows count by their witnesses alone, the same from the cache', async () => {
  const plain = scores(await evaluate(lab, category, configured('patchcore', {}, 0.2)));
  const everything = scores(await evaluate(lab, category, configured('patchcore', { sampler: 'identity' }, 0.2)));
  const settings = { doubt: 'always', level: 0 };
  const config = configured('witness', settings, 0.2);
  const two = await evaluate(lab, category, config);
  const none = await evaluate(lab, category, configured('witness', { ...settings, witnesses: 0 }, 0.2));
  const { decision, diagnostics } = two;
  assert.ok(decision!.cleans && decision!.doubtedRows > 0 && decision!.doubtedRows < diagnostics.coresetSize);
  assert.equal(decision!.doubtedPatches, diagnostics.patchesRemoved);
  scores(two).forEach((score, i) => {
    assert.ok(score >= everything[i] * (1 - 1e-6), `image ${i}: every witness is a training patch`);
  });
  scores(none).forEach((score, i) => {
    assert.ok(score >= scores(two)[i] * (1 - 1e-6), `image ${i} without witnesses`);
  });
  assert.ok(scores(two).some((score, i) => score > plain[i]));
  const again = await evaluate(lab, category, config);
  assert.deepEqual(scores(again), scores(two));
  assert.deepEqual([again.timings.denoise, again.timings.search], [0, 0], 'all remembered');
  for (const suspect of decision!.suspects) assert.ok(suspect.name.includes('/'), suspect.name);
});

test('a look that one coreset row stands for has the images it stands for as witnesses', async () => {
  await writeDrawnCategory(root, 'bracket', { seed: 0, train: 24, good: 6, defective: 3 }, encodePng);
  const bracket = await openCategory(root, 'bracket');
  const told = await evaluate(lab, bracket, configured('witness', { ratio: 0.1, doubt: 'always' }, 0.2));
  const plain = await evaluate(lab, bracket, configured('patchcore', { ratio: 0.1 }, 0.2));
  assert.ok(told.decision!.doubtedRows > 0);
  assert.ok(told.image.auroc! > plain.image.auroc! + 0.05, `${told.image.auroc} against ${plain.image.auroc}`);
});

test('a saved detector with doubts scores as the fitted one', async () => {
  const config = configured('witness', { doubt: 'always', level: 0 }, 0.2);
  const { images } = await evaluate(lab, category, config);
  const path = join(root, 'witness.safetensors');
  const { train } = contaminate(category, config);
  const fitted = await fitDetector(lab, 'weave', train, config);
  assert.ok(fitted.decisionThreshold > 0);
  await saveDetector(path, fitted);
  const loaded = await loadDetector(path);
  const paths = category.test.slice(0, 4).map((sample) => sample.path);
  let i = 0;
  for await (const { score } of detect(lab, loaded, paths)) {
    assert.ok(Math.abs(score / images[i++].score - 1) < 1e-5);
  }
  assert.equal(i, 4);
});

test('as an image filter it drops the images it suspects, whatever the budget', async () => {
  const { filter, diagnostics } = await evaluate(lab, category, configured('patchcore', {}, 0.2, true));
  assert.equal(filter!.budget, null);
  assert.ok(
    filter!.dropped.length > 0 && filter!.dropped.length < 14,
    'the budget would drop 12 of 24 nominal ones or more',
  );
  assert.equal(diagnostics.trainImages, 28 - filter!.dropped.length);
  const off = configured('patchcore', {}, 0.2, true);
  off.filter!.settings = { ...off.filter!.settings, doubt: 'never' };
  assert.deepEqual((await evaluate(lab, category, off)).filter!.dropped, []);
});
