import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { writeDrawnCategory } from '../../src/dataset/drawn/write.js';
import { openCategory } from '../../src/dataset/layouts.js';
import type { Detector } from '../../src/detector/model.js';
import { SYSTEMS } from '../../src/detector/systems.js';
import { importOnnxRuntime, type OnnxRuntime } from '../../src/engine/onnx.js';
import { evaluateConfig, type FeatureChoice, type SystemChoice } from '../../src/experiment/config.js';
import { detect } from '../../src/experiment/detect.js';
import { exportDetector } from '../../src/experiment/export-onnx.js';
import { fitDetector } from '../../src/experiment/fit.js';
import { type Lab, openLab } from '../../src/experiment/lab.js';
import { networkInput } from '../../src/features/input.js';
import { onnxBackbone } from '../../src/features/onnx-backbone.js';
import { decodeRgb, encodePng } from '../../src/image/codec.js';
import { resizeAndCrop } from '../../src/image/preprocess.js';
import { sampleNetwork } from '../features/onnx-sample.js';

const SIDE = 64;
const PREPROCESSING = { resize: 72, crop: SIDE, filter: 'bilinear' } as const;
const RESNET: FeatureChoice = {
  backbone: 'resnet18',
  layers: ['layer2', 'layer3'],
  weights: { kind: 'random', seed: 0 },
  preprocessing: PREPROCESSING,
};
let root: string;
let lab: Lab;
let runtime: OnnxRuntime;
let paths: string[];
let train: { path: string; label: 0; type: string; mask: null; noise: boolean; augmentation: null; name: string }[];

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'softpatch-export-'));
  await writeDrawnCategory(root, 'bracket', { seed: 2, train: 9, good: 3, defective: 2 }, encodePng);
  const category = await openCategory(root, 'bracket');
  train = category.train.map(
    (sample) => ({ ...sample, label: 0, noise: false, augmentation: null, mask: null }) as never,
  );
  paths = category.test.map(({ path }) => path).slice(0, 7);
  lab = await openLab({ threads: 2, engine: 'onnx' });
  runtime = await importOnnxRuntime();
});
after(async () => {
  await lab.close();
  await rm(root, { recursive: true, force: true });
});

async function fitted(choice: Omit<SystemChoice, 'features'>, features: FeatureChoice = RESNET): Promise<Detector> {
  const config = evaluateConfig({ ...choice, features }, SYSTEMS);
  return fitDetector(lab, 'bracket', train, config);
}

interface Given {
  score: number[];
  level: number[];
  map: Float32Array[];
}

async function detected(detector: Detector): Promise<Given> {
  const given: Given = { score: [], level: [], map: [] };
  for await (const { score, level, map } of detect(lab, detector, paths)) {
    given.score.push(score);
    given.level.push(level);
    given.map.push(map);
  }
  return given;
}

/** What the exported graph says of the images, `batch` at a time. */
async function exported(bytes: Uint8Array, detector: Detector, batch: number, raw: boolean): Promise<Given> {
  const session = await runtime.InferenceSession.create(bytes, { logSeverityLevel: 3 });
  const given: Given = { score: [], level: [], map: [] };
  for (let from = 0; from < paths.length; from += batch) {
    const some = paths.slice(from, from + batch);
    const results = await session.run(raw ? await pixels(some, detector) : await floats(some, detector));
    given.score.push(...results.score.data);
    given.level.push(...results.level.data);
    assert.deepEqual(results.map.dims.map(Number), [some.length, SIDE, SIDE]);
    for (let i = 0; i < some.length; i++)
      given.map.push(results.map.data.slice(i * SIDE * SIDE, (i + 1) * SIDE * SIDE));
  }
  await session.release();
  return given;
}

async function pixels(some: readonly string[], { features }: Detector): Promise<object> {
  const data = new Uint8Array(some.length * SIDE * SIDE * 3);
  for (const [i, path] of some.entries()) {
    data.set(resizeAndCrop(await decodeRgb(path), features.preprocessing).data, i * SIDE * SIDE * 3);
  }
  return { pixels: new runtime.Tensor('uint8', data, [some.length, SIDE, SIDE, 3]) };
}

async function floats(some: readonly string[], { features }: Detector): Promise<object> {
  const area = SIDE * SIDE;
  const data = new Float32Array(some.length * area * 3);
  for (const [i, path] of some.entries()) {
    const { input } = await networkInput(features, { path });
    for (let p = 0; p < area; p++) for (let c = 0; c < 3; c++) data[(i * 3 + c) * area + p] = input[p * 3 + c];
  }
  return { image: new runtime.Tensor('float32', data, [some.length, 3, SIDE, SIDE]) };
}

/** Largest difference of values relative to the largest value. */
function apart(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assert.equal(a.length, b.length);
  let [most, scale] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    most = Math.max(most, Math.abs(a[i] - b[i]));
    scale = Math.max(scale, Math.abs(b[i]));
  }
  return most / scale;
}

function assertSame(found: Given, wanted: Given, what: string): void {
  const maps = Math.max(...wanted.map.map((map, i) => apart(found.map[i], map)));
  const errors = { score: apart(found.score, wanted.score), level: apart(found.level, wanted.level), maps };
  for (const [name, error] of Object.entries(errors)) assert.ok(error < 1e-5, `${what}: ${name} ${error}`);
}

const METHODS: Omit<SystemChoice, 'features'>[] = [
  { method: 'patchcore', settings: { ratio: 0.2 } },
  { method: 'softpatch-lof', settings: { ratio: 0.2, k: 3 } },
  { method: 'softpatch-nearest', settings: { ratio: 0.2, neighbours: 3, precision: 'half' } },
  { method: 'patchcore', profile: 'anomalib', settings: { ratio: 0.2 } },
  { method: 'softpatch-lof', settings: { ratio: 0.2, k: 3, embedding: 'plain', support: 4 } },
  { method: 'padim', settings: { channels: 20 } },
  { method: 'padim-star', settings: { channels: 20 } },
  { method: 'cflow', profile: 'small', settings: { epochs: 1, blocks: 2, images: 4, fibre: 32 } },
  { method: 'cflow', profile: 'small', settings: { epochs: 1, blocks: 1, images: 4, fibre: 32, mixing: 'rotation' } },
  { method: 'witness', settings: {} },
];

for (const choice of METHODS) {
  const name = `${choice.method} ${choice.profile ?? ''} ${JSON.stringify(choice.settings)}`;
  test(`exporting ${name} gives detect's scores, levels and maps at 1, 2 and 7 images a run`, async () => {
    const detector = await fitted(choice);
    const wanted = await detected(detector);
    const { bytes, opset } = await exportDetector(detector);
    assert.equal(opset, 17);
    for (const batch of [1, 2, 7])
      assertSame(await exported(bytes, detector, batch, false), wanted, `${name}, ${batch}`);
    const raw = await exportDetector(detector, { raw: true });
    assert.deepEqual(raw.input, { name: 'pixels', type: 'uint8', shape: ['n', SIDE, SIDE, 3] });
    assertSame(await exported(raw.bytes, detector, 7, true), wanted, `${name}, bytes`);
  });
}

test('doubted rows count only where enough pictures agree, in the graph too', async () => {
  const detector = await fitted({ method: 'patchcore', settings: { ratio: 0.3 } });
  const picks = detector.tensors.picks.data as Int32Array;
  const positions = (SIDE / 8) ** 2;
  const groups = Int32Array.from(picks, (pick) => Math.floor(pick / positions));
  for (const witnesses of [0, 2, 3]) {
    const doubted = Int32Array.from(picks, (_, i) => (i % 3 === 0 ? 1 : 0));
    const shape = [picks.length];
    const tensors = {
      ...detector.tensors,
      groups: { dtype: 'I32' as const, shape, data: groups },
      doubted: { dtype: 'I32' as const, shape, data: doubted },
    };
    const [witness] = SYSTEMS.filter(({ name }) => name === 'witness');
    const settings = witness.settings('default', { witnesses });
    const own = { ...detector, method: 'witness', settings, tensors };
    const { bytes } = await exportDetector(own);
    assertSame(await exported(bytes, own, 2, false), await detected(own), `${witnesses} witnesses`);
  }
});

test('a detector on an ONNX file’s network is one graph with it, its maps and tokens', async () => {
  const path = join(root, 'network.onnx');
  await writeFile(path, sampleNetwork({ extra: 2 }));
  for (const layers of [['shallow', 'deep'], ['tokens']]) {
    const features = await onnxBackbone(path, { usual: PREPROCESSING, layers });
    const detector = await fitted({ method: 'softpatch-lof', settings: { ratio: 0.1, k: 3 } }, features);
    const wanted = await detected(detector);
    if (layers[0] === 'tokens') {
      // The sample's class token is for one image; the batch has to be said.
      const { bytes, input } = await exportDetector(detector, { batch: 1 });
      assert.deepEqual(input.shape, [1, 3, SIDE, SIDE]);
      assertSame(await exported(bytes, detector, 1, false), wanted, 'tokens');
      continue;
    }
    const { bytes } = await exportDetector(detector, { raw: true });
    for (const batch of [1, 2, 7]) assertSame(await exported(bytes, detector, batch, true), wanted, `maps ${batch}`);
  }
});

test('half halves the bank and moves scores by no more than its rounding', async () => {
  const detector = await fitted({ method: 'patchcore', settings: { ratio: 0.5 } });
  const wanted = await detected(detector);
  const whole = await exportDetector(detector);
  const halved = await exportDetector(detector, { half: true });
  const bank = (detector.tensors.bank.data as Float32Array).byteLength;
  assert.ok(Math.abs(whole.bytes.length - halved.bytes.length - bank / 2) < 1e4);
  const found = await exported(halved.bytes, detector, 7, false);
  const error = apart(found.score, wanted.score);
  assert.ok(error > 0 && error < 2e-3, `${error}`);
});

test('a threshold of one’s own moves the levels; other weights are refused', async () => {
  const detector = await fitted({ method: 'patchcore', settings: { ratio: 0.2 } });
  const { bytes } = await exportDetector(detector, { decisionThreshold: detector.calibration.scores[2] });
  const wanted: number[] = [];
  for await (const { level } of detect(lab, detector, paths, { decisionThreshold: detector.calibration.scores[2] })) {
    wanted.push(level);
  }
  assert.ok(apart((await exported(bytes, detector, 7, false)).level, wanted) < 1e-5);
  await assert.rejects(exportDetector(detector, { weights: { kind: 'random', seed: 1 } }), /not those this detector/);
});
