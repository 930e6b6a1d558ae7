import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { createPreview } from '../../src/analysis/preview.js';
import { type SweepPoint, sweep } from '../../src/analysis/sweep.js';
import type { Category } from '../../src/dataset/category.js';
import { writeDrawnCategory } from '../../src/dataset/drawn/write.js';
import { openCategory } from '../../src/dataset/layouts.js';
import type { BankConfig, BankMethod } from '../../src/detector/config.js';
import { loadDetector, saveDetector } from '../../src/detector/model.js';
import { type EvaluateConfig, evaluateConfig } from '../../src/experiment/config.js';
import { contaminate } from '../../src/experiment/contaminate.js';
import { detect } from '../../src/experiment/detect.js';
import { type EvaluateResult, evaluate } from '../../src/experiment/evaluate.js';
import { fitDetector } from '../../src/experiment/fit.js';
import { type Lab, openLab } from '../../src/experiment/lab.js';
import type { FeatureSpec } from '../../src/features/spec.js';
import { encodePng } from '../../src/image/codec.js';
import type { Progress } from '../../src/progress.js';
import { createRandom } from '../../src/random.js';
import { listCache, openCache } from '../../src/storage/cache.js';

const FEATURES: FeatureSpec = {
  backbone: 'resnet18',
  layers: ['layer1', 'layer2'],
  weights: { kind: 'random', seed: 0 },
  preprocessing: { resize: 128, crop: 112, filter: 'bilinear' },
};
/** 8 × 8 patches an image, where a test evaluates many times. */
const FEW: FeatureSpec = {
  ...FEATURES,
  layers: ['layer2', 'layer3'],
  preprocessing: { resize: 72, crop: 64, filter: 'bilinear' },
};
let root: string;
let lab: Lab;
let category: Category;

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'softpatch-evaluate-'));
  await writeDrawnCategory(root, 'bracket', { seed: 2, train: 16, good: 6, defective: 3 }, encodePng);
  category = await openCategory(root, 'bracket');
  lab = await openLab({ threads: 2 });
});
after(async () => {
  await lab.close();
  await rm(root, { recursive: true, force: true });
});

interface Setting {
  noise?: number;
  overlap?: boolean;
  bank?: Partial<BankConfig>;
  features?: FeatureSpec;
  lab?: Lab;
}

/** A memory bank on the drawn category, contaminated. */
function configured(method: BankMethod, setting: Setting = {}): EvaluateConfig {
  const { noise = 0, overlap = true, bank, features = FEATURES } = setting;
  return evaluateConfig({
    method,
    features,
    contamination: { noise, overlap },
    settings: { ratio: 0.05, ...bank },
  });
}

function run(method: BankMethod, setting: Setting = {}): Promise<EvaluateResult> {
  return evaluate(setting.lab ?? lab, category, configured(method, setting));
}
const scores = (result: EvaluateResult): number[] => result.images.map(({ score }) => score);

test('SoftPatch with τ = 0 and no soft weights is PatchCore, patch for patch', async () => {
  const patchcore = await run('patchcore', { noise: 0.25 });
  const softpatch = await run('softpatch-lof', { noise: 0.25, bank: { tau: 0, softWeights: false } });
  assert.deepEqual(scores(softpatch), scores(patchcore));
  assert.deepEqual(softpatch.pixel, patchcore.pixel);
});

test('with overlap and every patch kept, leaked images score exactly 0', async () => {
  const { images, manifest } = await run('patchcore', { noise: 0.25, bank: { sampler: 'identity' } });
  assert.equal(manifest.images.length, 4);
  for (const { name, score } of images) assert.equal(score === 0, manifest.images.includes(name), name);
});

test('the same seed gives the same scores from one thread and from three', async () => {
  const three = await openLab({ threads: 3 });
  const one = await openLab({ threads: 1 });
  assert.deepEqual(
    scores(await run('softpatch-lof', { noise: 0.25, lab: one })),
    scores(await run('softpatch-lof', { noise: 0.25, lab: three })),
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
    const result = await run(method, { noise: 0.25, overlap: false });
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
    assert.ok(result.peakMemoryBytes > 1e7 && result.config.method === method);
    assert.equal(result.versions.engine, lab.compute.engine);
    assert.deepEqual(result.versions.stages, {}, 'everything ran on threads');
    assert.match(result.versions.library, /onnxruntime|tfjs/);
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
  const { train } = contaminate(category, config);
  // So few images promise little: one false alarm in five.
  const detector = await fitDetector(lab, 'bracket', train, config, { falseAlarms: 0.2 });
  const path = join(root, 'detector.safetensors');
  await saveDetector(path, detector);
  const loaded = await loadDetector(path);
  const paths = category.test.map((sample) => sample.path);
  const all = async (from: typeof detector): Promise<[number, boolean][]> => {
    const found: [number, boolean][] = [];
    for await (const { score, anomalous } of detect(lab, from, paths)) found.push([score, anomalous]);
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
  const other = detect(lab, loaded, paths, { weights: { kind: 'random', seed: 9 } });
  await assert.rejects(other.next(), /the weights random\(9\) are not those this resnet18 detector was fitted with/);
});

test('a half-precision bank halves the file and hardly moves a score', async () => {
  const { train } = contaminate(category, configured('patchcore'));
  const bytes: number[] = [];
  const found: number[][] = [];
  for (const precision of ['single', 'half'] as const) {
    const config = evaluateConfig({ method: 'patchcore', features: FEATURES, settings: { ratio: 0.05, precision } });
    const path = join(root, `${precision}.safetensors`);
    await saveDetector(path, await fitDetector(lab, 'bracket', train, config));
    bytes.push((await stat(path)).size);
    const own: number[] = [];
    const paths = category.test.map((sample) => sample.path);
    for await (const { score } of detect(lab, await loadDetector(path), paths)) own.push(score);
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
  const { train } = contaminate(category, config);
  await assert.rejects(fitDetector({ ...lab, signal: controller.signal }, 'x', train, config), { name: 'Cancelled' });
});

/** Every switch of the bank, alone and together: a sweep's common search covers only some of them. */
const SWITCHES: Partial<BankConfig>[] = [
  {},
  { neighbours: 3 },
  { precision: 'half' },
  { neighbours: 2, precision: 'half', softWeights: false },
  { normalisation: 'imageMedian', firstPickFromKept: true },
  { sampler: 'random' },
  { sampler: 'exact', discriminator: 'nearest' },
];

for (const bank of SWITCHES) {
  test(`sweep gives at every point exactly what evaluate gives with ${JSON.stringify(bank)}`, async () => {
    const points: SweepPoint[] = [{ tau: 0 }, { tau: 0.3, k: 3 }, { tau: 0.15, ratio: 0.02 }];
    const config = configured('softpatch-lof', { noise: 0.25, overlap: false, bank, features: FEW });
    const { rows } = await sweep(lab, category, config, points);
    for (const [i, point] of points.entries()) {
      const alone = await evaluate(lab, category, { ...config, settings: { ...config.settings, ...point } });
      assert.equal(rows[i].image.auroc, alone.image.auroc);
      assert.equal(rows[i].pixel.auroc, alone.pixel.auroc);
      assert.deepEqual(rows[i].diagnostics, alone.diagnostics);
    }
  });
}

for (const bank of [{}, { neighbours: 3, precision: 'half' }] as Partial<BankConfig>[]) {
  test(`preview stays near the exact curve, and its removal figures are exact, with ${JSON.stringify(bank)}`, async () => {
    const config = configured('softpatch-lof', { noise: 0.25, bank });
    const stages: string[] = [];
    const stage = (name: string): Progress => {
      stages.push(name);
      return () => undefined;
    };
    const reporter = { stage, note: () => undefined };
    const preview = await createPreview({ ...lab, reporter }, category, config);
    assert.ok(
      ['train features', 'denoise', 'coreset', 'search'].every((name) => stages.includes(name)),
      'says what it does',
    );
    const { rows } = await sweep(lab, category, config, [{ tau: 0.05 }, { tau: 0.15 }, { tau: 0.25 }]);
    for (const { point, image, pixel, diagnostics } of rows) {
      const quick = preview.at(point.tau!);
      // 54 pairs of images under random weights are coarse: of nine drawn sets none was farther off than .148.
      assert.ok(
        Math.abs(quick.image.auroc! - image.auroc!) < 0.15,
        `${point.tau}: ${quick.image.auroc}, ${image.auroc}`,
      );
      assert.ok(
        Math.abs(quick.pixel.auroc! - pixel.auroc!) < 0.03,
        `${point.tau}: ${quick.pixel.auroc}, ${pixel.auroc}`,
      );
      assert.equal(quick.diagnostics.removalRecall, diagnostics.removalRecall, 'removal is exact');
    }
  });
}

test('preview at the configured τ is exact for the images, whatever the switches', async () => {
  const config = configured('softpatch-lof', {
    noise: 0.25,
    bank: { neighbours: 2, precision: 'half', sampler: 'identity' },
    features: FEW,
  });
  const preview = await createPreview(lab, category, config);
  const exact = await evaluate(lab, category, config);
  assert.equal(preview.at(config.settings.tau as number).image.auroc, exact.image.auroc);
});

test('preview refuses a method without τ, and more neighbours than it keeps', async () => {
  await assert.rejects(createPreview(lab, category, configured('patchcore')), /patchcore has no τ to preview/);
  const many = configured('softpatch-lof', { bank: { neighbours: 17 } });
  await assert.rejects(createPreview(lab, category, many), /a preview keeps 16 neighbours, not 17/);
});

test('an exact τ after others is what a fresh run gives, up and down', async () => {
  const own = { ...lab, cache: openCache(join(root, 'cache of many')) };
  const draw = createRandom(6);
  for (let round = 0; round < 6; round++) {
    const bank = { tau: draw.integer(9) / 20, ratio: 0.1 };
    const config = configured('softpatch-lof', { noise: 0.25, bank, features: FEW });
    const [fresh, beside] = [await evaluate(lab, category, config), await evaluate(own, category, config)];
    for (const part of ['image', 'pixel', 'images', 'diagnostics'] as const) {
      assert.deepEqual(beside[part], fresh[part], `τ = ${bank.tau}, round ${round}: ${part}`);
    }
  }
});

test('a second evaluation reuses the cache, and gives the same result with and without it', async () => {
  const cached = (warn?: (text: string) => void): Lab => ({ ...lab, cache: openCache(join(root, 'cache'), warn) });
  const config = configured('softpatch-lof', { noise: 0.25 });
  const at = (tau: number): EvaluateConfig => ({ ...config, settings: { ...config.settings, tau } });
  const plain = await evaluate(lab, category, config);
  const first = await evaluate(cached(), category, config);
  const again = await evaluate(cached(), category, config);
  for (const result of [first, again]) {
    assert.deepEqual(result.images, plain.images);
    assert.deepEqual(result.pixel, plain.pixel);
  }
  assert.deepEqual(again.cache, {
    weights: { reused: 1, computed: 0, damaged: 0 },
    picks: { reused: 1, computed: 0, damaged: 0 },
    neighbours: { reused: 15, computed: 0, damaged: 0 },
  });
  const other = await evaluate(cached(), category, at(0.1));
  assert.deepEqual([other.cache.weights?.reused, other.cache.picks?.reused, other.cache.features?.computed], [1, 0, 0]);
  const spoiled = (await listCache(join(root, 'cache'))).filter(
    ({ kind }) => kind === 'features' || kind === 'weights',
  );
  for (const { path } of spoiled) await truncate(path, 500);
  const warnings: string[] = [];
  const mended = await evaluate(
    cached((text) => warnings.push(text)),
    category,
    at(0.2),
  );
  const expected = await evaluate(lab, category, at(0.2));
  assert.deepEqual(mended.images, expected.images);
  assert.equal(warnings.length, spoiled.length);
});
