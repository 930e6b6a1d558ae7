import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { createPreview } from '../../src/analysis/preview.js';
import { sweep } from '../../src/analysis/sweep.js';
import type { Category } from '../../src/dataset/category.js';
import { writeDrawnCategory } from '../../src/dataset/drawn/write.js';
import { openCategory } from '../../src/dataset/layouts.js';
import { injectNoise } from '../../src/dataset/noise.js';
import type { BankConfig, BankMethod } from '../../src/detector/config.js';
import { loadDetector, saveDetector } from '../../src/detector/model.js';
import { evaluateConfig } from '../../src/experiment/config.js';
import { detect } from '../../src/experiment/detect.js';
import { type EvaluateResult, evaluate } from '../../src/experiment/evaluate.js';
import { fitDetector } from '../../src/experiment/fit.js';
import type { FeatureSpec } from '../../src/features/spec.js';
import { encodePng } from '../../src/image/codec.js';
import { startThreads, type Threads } from '../../src/kernels/threads.js';
import { createRandom } from '../../src/random.js';
import { listCache, openCache } from '../../src/storage/cache.js';

const FEATURES: FeatureSpec = {
  backbone: 'resnet18',
  layers: ['layer1', 'layer2'],
  weights: { kind: 'random', seed: 0 },
  preprocessing: { resize: 128, crop: 112, filter: 'bilinear' },
  executor: 'auto',
};
let root: string;
let threads: Threads;
let category: Category;

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'softpatch-evaluate-'));
  await writeDrawnCategory(root, 'bracket', { seed: 2, train: 16, good: 6, defective: 3 }, encodePng);
  category = await openCategory(root, 'bracket');
  threads = startThreads(2);
});
after(async () => {
  await threads.close();
  await rm(root, { recursive: true, force: true });
});

interface Setting {
  ratio?: number;
  overlap?: boolean;
  bank?: Partial<BankConfig>;
  threads?: Threads;
}

function run(
  method: BankMethod,
  { ratio = 0, overlap = true, bank, threads: own = threads }: Setting = {},
): Promise<EvaluateResult> {
  const config = evaluateConfig({
    method,
    features: FEATURES,
    noise: { ratio, overlap },
    settings: { ratio: 0.05, ...bank },
  });
  return evaluate(own, injectNoise(category, config.noise, createRandom(1)), config);
}
const scores = (result: EvaluateResult): number[] => result.images.map(({ score }) => score);

test('SoftPatch with τ = 0 and no soft weights is PatchCore, patch for patch', async () => {
  const patchcore = await run('patchcore', { ratio: 0.25 });
  const softpatch = await run('softpatch-lof', { ratio: 0.25, bank: { threshold: 0, softWeights: false } });
  assert.deepEqual(scores(softpatch), scores(patchcore));
  assert.deepEqual(softpatch.pixel, patchcore.pixel);
});

test('with overlap and every patch kept, leaked images score exactly 0', async () => {
  const { images, noise } = await run('patchcore', { ratio: 0.25, bank: { sampler: 'identity' } });
  assert.equal(noise.images.length, 4);
  for (const { name, score } of images) assert.equal(score === 0, noise.images.includes(name), name);
});

test('the same seed gives the same scores from one thread and from three', async () => {
  const three = startThreads(3);
  const one = startThreads(1);
  assert.deepEqual(
    scores(await run('softpatch-lof', { ratio: 0.25, threads: one })),
    scores(await run('softpatch-lof', { ratio: 0.25, threads: three })),
  );
  await one.close();
  await three.close();
});

test('every method runs, and its result has the promised fields', async () => {
  for (const method of [
    'patchcore',
    'patchcore-random',
    'softpatch-lof',
    'softpatch-nearest',
    'softpatch-gaussian',
  ] as const) {
    const result = await run(method, { ratio: 0.25, overlap: false });
    assert.deepEqual(Object.keys(result.image), ['auroc', 'ap', 'f1max']);
    assert.deepEqual(Object.keys(result.pixel), ['auroc', 'ap', 'aupro']);
    assert.deepEqual(Object.keys(result.timings), [
      'decode',
      'forward',
      'embed',
      'filter',
      'fit',
      'denoise',
      'coreset',
      'search',
      'score',
      'map',
      'total',
    ]);
    assert.ok(result.peakMemoryBytes > 1e7 && result.versions.executor.length > 0 && result.config.method === method);
    const { diagnostics } = result;
    assert.equal(diagnostics.noiseImages, 4);
    assert.equal(diagnostics.noisePatchesRemoved === null, method.startsWith('patchcore'));
    if (method.startsWith('softpatch')) {
      assert.ok(Math.abs(diagnostics.patchesRemoved / (20 * 784) - 0.15) < 0.001);
      assert.ok(diagnostics.removalRecall! > 0.9, 'these defects are plain to see');
    }
    assert.ok(result.image.auroc! >= 0 && result.image.auroc! <= 1);
  }
});

test('a saved detector gives the scores of the fitted one, and other weights are refused', async () => {
  const config = evaluateConfig({ method: 'softpatch-lof', features: FEATURES, settings: { ratio: 0.05 } });
  const { train } = injectNoise(category, { ratio: 0, overlap: true }, createRandom(1));
  const detector = await fitDetector(threads, 'bracket', train, config);
  const path = join(root, 'detector.safetensors');
  await saveDetector(path, detector);
  const loaded = await loadDetector(path);
  const paths = category.test.map((sample) => sample.path);
  const all = async (from: typeof detector): Promise<[number, boolean][]> => {
    const found: [number, boolean][] = [];
    for await (const { score, anomalous } of detect(threads, from, paths)) found.push([score, anomalous]);
    return found;
  };
  const expected = await all(detector);
  assert.deepEqual(await all(loaded), expected);
  const nominal = expected.filter((_, i) => category.test[i].label === 0);
  assert.ok(nominal.filter(([, anomalous]) => anomalous).length <= 1, 'nominal images pass');
  assert.ok(
    expected.filter(([, anomalous], i) => anomalous && category.test[i].label === 1).length >= 3,
    'defects are found',
  );
  const other = detect(threads, loaded, paths, { weights: { kind: 'random', seed: 9 } });
  await assert.rejects(other.next(), /the weights random\(9\) are not those this resnet18 detector was fitted with/);
});

test('a half-precision bank halves the file and hardly moves a score', async () => {
  const { train } = injectNoise(category, { ratio: 0, overlap: true }, createRandom(1));
  const bytes: number[] = [];
  const found: number[][] = [];
  for (const precision of ['single', 'half'] as const) {
    const config = evaluateConfig({ method: 'patchcore', features: FEATURES, settings: { ratio: 0.05, precision } });
    const path = join(root, `${precision}.safetensors`);
    await saveDetector(path, await fitDetector(threads, 'bracket', train, config));
    bytes.push((await stat(path)).size);
    const own: number[] = [];
    const paths = category.test.map((sample) => sample.path);
    for await (const { score } of detect(threads, await loadDetector(path), paths)) own.push(score);
    found.push(own);
  }
  assert.ok(bytes[1] < 0.55 * bytes[0]);
  found[0].forEach((score, i) => {
    assert.ok(Math.abs(found[1][i] / score - 1) < 0.01);
  });
});

test('fitDetector stops on request', async () => {
  const controller = new AbortController();
  controller.abort();
  const config = evaluateConfig({ method: 'patchcore', features: FEATURES });
  const { train } = injectNoise(category, { ratio: 0, overlap: true }, createRandom(1));
  await assert.rejects(fitDetector(threads, 'x', train, config, { signal: controller.signal }), { name: 'Cancelled' });
});

test('sweep gives at every point exactly what evaluate gives', async () => {
  const points = [
    { threshold: 0 },
    { threshold: 0.15 },
    { threshold: 0.3, k: 3 },
    { threshold: 0.15, ratio: 0.02 },
    { threshold: 0.1, softWeights: false },
  ];
  const config = evaluateConfig({
    method: 'softpatch-lof',
    features: FEATURES,
    noise: { ratio: 0.25 },
    settings: { ratio: 0.05 },
  });
  const noisy = injectNoise(category, config.noise, createRandom(1));
  const { rows } = await sweep(threads, noisy, config, points);
  for (const [i, point] of points.entries()) {
    const alone = await evaluate(threads, noisy, { ...config, settings: { ...config.settings, ...point } });
    assert.equal(rows[i].image.auroc, alone.image.auroc);
    assert.equal(rows[i].pixel.auroc, alone.pixel.auroc);
    assert.deepEqual(rows[i].diagnostics, alone.diagnostics);
  }
});

test('preview stays near the exact curve, and its removal figures are exact', async () => {
  const config = evaluateConfig({
    method: 'softpatch-lof',
    features: FEATURES,
    noise: { ratio: 0.25, overlap: true },
    settings: { ratio: 0.05 },
  });
  const noisy = injectNoise(category, config.noise, createRandom(1));
  const preview = await createPreview(threads, noisy, config);
  const { rows } = await sweep(threads, noisy, config, [{ threshold: 0.05 }, { threshold: 0.15 }, { threshold: 0.25 }]);
  for (const { point, image, pixel, diagnostics } of rows) {
    const quick = preview.at(point.threshold!);
    assert.ok(
      Math.abs(quick.image.auroc! - image.auroc!) < 0.1,
      `${point.threshold}: ${quick.image.auroc}, ${image.auroc}`,
    );
    assert.ok(
      Math.abs(quick.pixel.auroc! - pixel.auroc!) < 0.03,
      `${point.threshold}: ${quick.pixel.auroc}, ${pixel.auroc}`,
    );
    assert.equal(quick.diagnostics.removalRecall, diagnostics.removalRecall, 'removal is exact');
  }
  const patchcore = evaluateConfig({ method: 'patchcore', features: FEATURES });
  await assert.rejects(createPreview(threads, noisy, patchcore), /patchcore has no threshold to preview/);
});

test('a second evaluation reuses the cache, and gives the same result with and without it', async () => {
  const cache = (): ReturnType<typeof openCache> => openCache(join(root, 'cache'));
  const config = evaluateConfig({
    method: 'softpatch-lof',
    features: FEATURES,
    noise: { ratio: 0.25, overlap: true },
    settings: { ratio: 0.05 },
  });
  const noisy = injectNoise(category, config.noise, createRandom(1));
  const plain = await evaluate(threads, noisy, config);
  const first = await evaluate(threads, noisy, config, { cache: cache() });
  const again = await evaluate(threads, noisy, config, { cache: cache() });
  for (const result of [first, again]) {
    assert.deepEqual(result.images, plain.images);
    assert.deepEqual(result.pixel, plain.pixel);
  }
  assert.deepEqual(again.cache, {
    weights: { reused: 1, computed: 0, damaged: 0 },
    picks: { reused: 1, computed: 0, damaged: 0 },
    neighbours: { reused: 15, computed: 0, damaged: 0 },
  });
  const other = await evaluate(
    threads,
    noisy,
    { ...config, settings: { ...config.settings, threshold: 0.1 } },
    { cache: cache() },
  );
  assert.deepEqual([other.cache.weights?.reused, other.cache.picks?.reused, other.cache.features?.computed], [1, 0, 0]);
  const spoiled = (await listCache(join(root, 'cache'))).filter(
    ({ kind }) => kind === 'features' || kind === 'weights',
  );
  for (const { path } of spoiled) await truncate(path, 500);
  const warnings: string[] = [];
  const mended = await evaluate(
    threads,
    noisy,
    { ...config, settings: { ...config.settings, threshold: 0.2 } },
    { cache: openCache(join(root, 'cache'), (text) => warnings.push(text)) },
  );
  const expected = await evaluate(threads, noisy, { ...config, settings: { ...config.settings, threshold: 0.2 } });
  assert.deepEqual(mended.images, expected.images);
  assert.equal(warnings.length, spoiled.length);
});
