import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { audit } from '../../src/analysis/audit.js';
import { sweep } from '../../src/analysis/sweep.js';
import type { Category } from '../../src/dataset/category.js';
import { writeDrawnCategory } from '../../src/dataset/drawn/write.js';
import { openCategory } from '../../src/dataset/layouts.js';
import { loadDetector, saveDetector } from '../../src/detector/model.js';
import { SYSTEMS } from '../../src/detector/systems.js';
import { importOnnxRuntime } from '../../src/engine/onnx.js';
import { evaluateConfig, type FeatureChoice } from '../../src/experiment/config.js';
import { detect } from '../../src/experiment/detect.js';
import { evaluate } from '../../src/experiment/evaluate.js';
import { exportDetector } from '../../src/experiment/export-onnx.js';
import { fitDetector } from '../../src/experiment/fit.js';
import { type Lab, openLab } from '../../src/experiment/lab.js';
import { withSpans } from '../../src/experiment/network-spans.js';
import { createEmbedder } from '../../src/features/embedder.js';
import { networkInput } from '../../src/features/input.js';
import { channelsFirst } from '../../src/features/onnx-forward.js';
import { featureReader } from '../../src/features/reader.js';
import { encodePng } from '../../src/image/codec.js';
import { openSafetensors } from '../../src/storage/safetensors.js';
import { relativeError } from '../shared.js';

const SIDE = 64;
const SINGLE: FeatureChoice = {
  backbone: 'resnet18',
  layers: ['layer2', 'layer3'],
  weights: { kind: 'random', seed: 0 },
  preprocessing: { resize: SIDE, crop: SIDE, filter: 'bilinear' },
};
const INT8: FeatureChoice = { ...SINGLE, precision: 'int8' };
const configOf = (features: FeatureChoice) =>
  evaluateConfig({ method: 'softpatch-lof', settings: { ratio: 0.2, k: 3 }, features }, SYSTEMS);
let root: string;
let lab: Lab;
let category: Category;

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'softpatch-int8-'));
  await writeDrawnCategory(root, 'bracket', { seed: 5, train: 10, good: 3, defective: 3 }, encodePng);
  category = await openCategory(root, 'bracket');
  lab = await openLab({ threads: 2, engine: 'onnx', cache: join(root, 'cache') });
});
after(async () => {
  await lab.close();
  await rm(root, { recursive: true, force: true });
});

test('spans are the least and largest values over training images, whatever the threads, and are remembered', async () => {
  const { features } = configOf(INT8);
  const one = await openLab({ threads: 1, engine: 'onnx' });
  const spec = await withSpans(one, features, category.train);
  await one.close();
  assert.deepEqual(await withSpans(lab, features, category.train), spec);
  assert.deepEqual(await withSpans(lab, features, category.train), spec);
  assert.deepEqual(lab.cache.counts.spans, { computed: 1, reused: 1, damaged: 0 });
  assert.equal(await withSpans(lab, spec, []), spec);

  const embedder = await createEmbedder(configOf(SINGLE).features, 'onnx');
  let [low, high] = [0, 0];
  for (const image of category.train) {
    const { input } = await networkInput(features, image);
    const [, { data }] = await embedder.forward(input, SIDE);
    low = Math.min(low, ...data);
    high = Math.max(high, ...data);
  }
  await embedder.dispose();
  // The graph that measures is another one, and sums in another order.
  assert.equal(spec.spans!['layer3.1'][0], low);
  assert.ok(Math.abs(spec.spans!['layer3.1'][1] / high - 1) < 1e-5);
  assert.ok(spec.spans!['layer3.1.2'][0] < 0, 'before the sum there is no ReLU');
});

test('an evaluation in int8 says so, on features of its own that are near those of singles', async () => {
  const single = await evaluate(lab, category, configOf(SINGLE));
  const int8 = await evaluate(lab, category, configOf(INT8));
  assert.equal(int8.config.features.precision, 'int8');
  assert.ok(!('precision' in single.config.features));
  assert.notDeepEqual(
    int8.images.map(({ score }) => score),
    single.images.map(({ score }) => score),
  );
  assert.equal(lab.cache.counts.features!.reused, 0);
  const rows = async (choice: FeatureChoice): Promise<Float32Array> => {
    const reader = await featureReader(lab, await withSpans(lab, configOf(choice).features, category.train));
    return reader.read(category.test);
  };
  const error = relativeError(await rows(INT8), await rows(SINGLE));
  assert.ok(error > 1e-4 && error < 0.08, String(error));
});

test('a detector in int8 keeps its spans, is read as such and exported to a graph that gives what detect gives', async () => {
  const train = category.train.map((sample) => ({ ...sample, noise: false, augmentation: null }));
  const fitted = await fitDetector(lab, 'bracket', train, configOf(INT8));
  const path = join(root, 'int8.safetensors');
  await saveDetector(path, fitted);
  const file = await openSafetensors(path);
  assert.equal(file.metadata.version, '5', 'programs that know no int8 refuse it');
  await file.close();
  const detector = await loadDetector(path);
  assert.deepEqual(detector.features, fitted.features);
  assert.equal(Object.keys(detector.features.spans!).length, 22);

  const paths = category.test.map(({ path: own }) => own);
  const found: { score: number[]; map: number[] } = { score: [], map: [] };
  for await (const { score, map } of detect(lab, detector, paths)) {
    found.score.push(score);
    found.map.push(...map);
  }
  const evaluated = await evaluate(lab, category, configOf(INT8));
  assert.deepEqual(
    found.score,
    evaluated.images.map(({ score }) => score),
  );

  const runtime = await importOnnxRuntime();
  const { bytes } = await exportDetector(detector);
  const session = await runtime.InferenceSession.create(bytes, { logSeverityLevel: 3 });
  const inputs = await Promise.all(
    paths.map(async (own) => (await networkInput(detector.features, { path: own })).input),
  );
  const data = Float32Array.from(inputs.flatMap((input) => [...channelsFirst(input, SIDE)]));
  const given = await session.run({ image: new runtime.Tensor('float32', data, [paths.length, 3, SIDE, SIDE]) });
  await session.release();
  for (const [name, wanted] of Object.entries(found)) {
    const largest = Math.max(...wanted);
    const apart = wanted.map((value, i) => Math.abs(value - given[name].data[i]) / largest);
    assert.ok(Math.max(...apart) < 1e-4, `${name}: ${Math.max(...apart)}`);
  }

  const wasm = await openLab({ threads: 1, engine: 'wasm' });
  await assert.rejects(detect(wasm, detector, paths).next(), /runs by onnxruntime on the processor alone, not by wasm/);
  await wasm.close();
});

test('sweeps and audits compute in int8 too', async () => {
  const config = configOf(INT8);
  const evaluated = await evaluate(lab, category, config);
  const { rows } = await sweep(lab, category, config, [{ tau: config.settings.tau as number }, { tau: 0 }]);
  assert.equal(rows[0].image.auroc, evaluated.image.auroc);
  assert.equal(rows[0].pixel.auroc, evaluated.pixel.auroc);
  const pictures = category.train.map(({ name, path }) => ({ name, path }));
  const [single, int8] = await Promise.all(
    [SINGLE, INT8].map((choice) => audit(lab, 'bracket', pictures, { features: configOf(choice).features, seed: 0 })),
  );
  const [a, b] = [single, int8].map(({ images }) => new Map(images.map(({ name, isolation }) => [name, isolation])));
  for (const [name, isolation] of a) {
    const moved = Math.abs(b.get(name)! - isolation) / isolation;
    assert.ok(moved > 0 && moved < 0.3, `${name}: ${moved}`);
  }
});
