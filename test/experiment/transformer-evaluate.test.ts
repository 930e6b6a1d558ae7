import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { audit } from '../../src/analysis/audit.js';
import type { Category } from '../../src/dataset/category.js';
import { writeDrawnCategory } from '../../src/dataset/drawn/write.js';
import { openCategory } from '../../src/dataset/layouts.js';
import type { Detector } from '../../src/detector/model.js';
import { SYSTEMS } from '../../src/detector/systems.js';
import { importOnnxRuntime } from '../../src/engine/onnx.js';
import { evaluateConfig, type FeatureChoice } from '../../src/experiment/config.js';
import { detect } from '../../src/experiment/detect.js';
import { evaluate } from '../../src/experiment/evaluate.js';
import { exportDetector } from '../../src/experiment/export-onnx.js';
import { fitDetector } from '../../src/experiment/fit.js';
import { type Lab, openLab } from '../../src/experiment/lab.js';
import { networkInput } from '../../src/features/input.js';
import { onnxBackbone } from '../../src/features/onnx-backbone.js';
import { onnxMaps } from '../../src/features/onnx-maps.js';
import { encodePng } from '../../src/image/codec.js';

// Four by four patches of a ViT-S/14 with random weights: built in, and as an ONNX file.
const SIDE = 56;
const PREPROCESSING = { resize: SIDE, crop: SIDE, filter: 'bilinear' } as const;
const NATIVE: FeatureChoice = {
  backbone: 'dinov2_vits14',
  layers: ['block6', 'block11-12'],
  weights: { kind: 'random', seed: 3 },
  preprocessing: PREPROCESSING,
};
const CHOICE = { method: 'softpatch-lof', settings: { ratio: 0.2, k: 3, embedding: 'plain' } } as const;
let root: string;
let lab: Lab;
let category: Category;
let foreign: FeatureChoice;

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'softpatch-transformer-'));
  await writeDrawnCategory(root, 'bracket', { seed: 5, train: 10, good: 3, defective: 3 }, encodePng);
  category = await openCategory(root, 'bracket');
  lab = await openLab({ threads: 2, engine: 'onnx' });
  const { features } = evaluateConfig({ ...CHOICE, features: NATIVE }, SYSTEMS);
  const { graph, maps } = await onnxMaps(features, { raw: false, batch: 'n' });
  maps.forEach((map, i) => {
    graph.op('Identity', [map], {}, `layer${i}`);
    graph.output(`layer${i}`, ['n', 384, SIDE / 14, SIDE / 14]);
  });
  const path = join(root, 'vit.onnx');
  await writeFile(path, graph.bytes());
  foreign = await onnxBackbone(path, { usual: PREPROCESSING });
});
after(async () => {
  await lab.close();
  await rm(root, { recursive: true, force: true });
});

const configOf = (features: FeatureChoice) => evaluateConfig({ ...CHOICE, features }, SYSTEMS);

/** Largest difference relative to the largest wanted value. */
function apart(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  assert.equal(found.length, wanted.length);
  const values = Array.from(wanted);
  const scale = Math.max(...values.map(Math.abs));
  return Math.max(...values.map((value, i) => Math.abs(found[i] - value))) / scale;
}

test('a vision transformer is evaluated alike built in and as an ONNX file', async () => {
  const native = await evaluate(lab, category, configOf(NATIVE));
  const other = await evaluate(lab, category, configOf(foreign));
  const scores = ({ images }: typeof native): number[] => images.map(({ score }) => score);
  assert.ok(apart(scores(other), scores(native)) < 1e-5);
  assert.equal(other.image.auroc, native.image.auroc);
  assert.equal(native.diagnostics.coresetSize, Math.floor(10 * (SIDE / 14) ** 2 * 0.2));
});

test('it is audited alike', async () => {
  const pictures = category.train.map(({ name, path }) => ({ name, path }));
  const [native, other] = await Promise.all(
    [NATIVE, foreign].map((choice) =>
      audit(lab, 'bracket', pictures, { features: configOf(choice).features, seed: 0 }),
    ),
  );
  const names = ({ images }: typeof native): string[] => images.map(({ name }) => name);
  assert.deepEqual(names(other), names(native));
  const isolation = ({ images }: typeof native): number[] => images.map((image) => image.isolation);
  assert.ok(apart(isolation(other), isolation(native)) < 1e-5);
});

test('it is fitted, saved and exported to one graph that gives what detect gives', async () => {
  const runtime = await importOnnxRuntime();
  const train = category.train.map((sample) => ({ ...sample, noise: false, augmentation: null }));
  const paths = category.test.map(({ path }) => path);
  for (const choice of [NATIVE, foreign]) {
    const detector: Detector = await fitDetector(lab, 'bracket', train, configOf(choice));
    const wanted = { score: [] as number[], maps: [] as number[] };
    for await (const { score, map } of detect(lab, detector, paths)) {
      wanted.score.push(score);
      wanted.maps.push(...map);
    }
    const { bytes } = await exportDetector(detector);
    const session = await runtime.InferenceSession.create(bytes, { logSeverityLevel: 3 });
    const area = SIDE * SIDE;
    const data = new Float32Array(paths.length * 3 * area);
    for (const [i, path] of paths.entries()) {
      const { input } = await networkInput(detector.features, { path });
      for (let p = 0; p < area; p++) for (let c = 0; c < 3; c++) data[(i * 3 + c) * area + p] = input[p * 3 + c];
    }
    const image = new runtime.Tensor('float32', data, [paths.length, 3, SIDE, SIDE]);
    const { score, map } = await session.run({ image });
    assert.ok(apart(score.data as Float32Array, wanted.score) < 1e-5);
    assert.ok(apart(map.data as Float32Array, wanted.maps) < 1e-5);
    await session.release();
  }
});
