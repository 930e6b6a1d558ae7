import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import type { Category } from '../../src/dataset/category.js';
import { writeDrawnCategory } from '../../src/dataset/drawn/write.js';
import { openCategory } from '../../src/dataset/layouts.js';
import type { NoisyCategory } from '../../src/dataset/noise.js';
import { loadDetector, saveDetector } from '../../src/detector/model.js';
import { SYSTEMS } from '../../src/detector/systems.js';
import { type EvaluateConfig, evaluateConfig, type SystemChoice } from '../../src/experiment/config.js';
import { contaminate } from '../../src/experiment/contaminate.js';
import { detect } from '../../src/experiment/detect.js';
import { type EvaluateResult, evaluate } from '../../src/experiment/evaluate.js';
import { fitDetector } from '../../src/experiment/fit.js';
import { type Lab, openLab } from '../../src/experiment/lab.js';
import { encodePng } from '../../src/image/codec.js';
import type { Reporter } from '../../src/progress.js';
import { listCache, openCache } from '../../src/storage/cache.js';
import { MEAN_PATCH } from '../detector/own-system.js';

/** Every system outside the memory-bank family, small. */
const SMALL: Record<string, Partial<SystemChoice>> = {
  padim: { settings: { channels: 20 } },
  'padim-star': { settings: { channels: 20 } },
  cflow: { profile: 'small', settings: { blocks: 2, epochs: 2, images: 8, fibre: 64, learningRate: 0.01 } },
};
const SYSTEMS_AND_OWN = [...SYSTEMS, MEAN_PATCH];
let root: string;
let lab: Lab;
let category: Category;
let noisy: NoisyCategory;

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'softpatch-systems-'));
  await writeDrawnCategory(root, 'bracket', { seed: 2, train: 16, good: 6, defective: 3 }, encodePng);
  category = await openCategory(root, 'bracket');
  noisy = contaminate(category, configured('padim-star'));
  lab = await openLab({ threads: 2, systems: SYSTEMS_AND_OWN });
});
after(async () => {
  await lab.close();
  await rm(root, { recursive: true, force: true });
});

const features = {
  backbone: 'resnet18',
  weights: { kind: 'random', seed: 0 },
  preprocessing: { resize: 64, crop: 64 },
} as const;

function choice(method: string, more: Partial<SystemChoice> = {}): SystemChoice {
  const small = SMALL[method];
  return { ...small, method, features, ...more, settings: { ...small?.settings, ...more.settings } };
}

function configured(
  method: string,
  more: Partial<SystemChoice> & Partial<Pick<EvaluateConfig, 'seed'>> = {},
): EvaluateConfig {
  return evaluateConfig(
    { ...choice(method, more), seed: more.seed, contamination: { noise: 0.25, overlap: true } },
    SYSTEMS_AND_OWN,
  );
}

const run = (config: EvaluateConfig, own: Partial<Lab> = {}): Promise<EvaluateResult> =>
  evaluate({ ...lab, ...own }, category, config);
const scores = (result: EvaluateResult): number[] => result.images.map(({ score }) => score);

for (const method of [...Object.keys(SMALL), 'mean-patch']) {
  test(`${method} evaluates, finds plain defects, and gives the same bytes from the same seed and from the cache`, async () => {
    const plain = await run(configured(method));
    assert.ok(plain.pixel.auroc! > 0.6, `pixel AUROC ${plain.pixel.auroc}`);
    assert.equal(plain.diagnostics.coresetSize, 0);
    assert.deepEqual([plain.diagnostics.coresetNoiseShare, plain.diagnostics.leakedImages], [null, null]);
    assert.equal(plain.diagnostics.noiseImages, 4);
    const cache = (): ReturnType<typeof openCache> => openCache(join(root, `cache-${method}`));
    const first = await run(configured(method), { cache: cache() });
    const again = await run(configured(method), { cache: cache() });
    assert.deepEqual(scores(first), scores(plain));
    assert.deepEqual([scores(again), again.pixel], [scores(plain), plain.pixel]);
    if (method !== 'mean-patch') assert.equal(again.cache.models?.reused, 1);
    assert.ok((await listCache(join(root, `cache-${method}`))).every(({ kind }) => kind !== 'checkpoints'));
    if (method !== 'mean-patch') assert.notDeepEqual(scores(await run(configured(method, { seed: 5 }))), scores(plain));
  });

  test(`a saved ${method} detector scores like the fitted one`, async () => {
    const detector = await fitDetector(lab, 'bracket', noisy.train, configured(method));
    const path = join(root, `${method}.safetensors`);
    await saveDetector(path, detector);
    const loaded = await loadDetector(path);
    const paths = category.test.map((sample) => sample.path);
    const all = async (from: typeof detector): Promise<number[]> => {
      const found: number[] = [];
      for await (const { score } of detect(lab, from, paths)) found.push(score);
      return found;
    };
    const expected = await all(detector);
    assert.deepEqual(await all(loaded), expected);
    assert.ok(expected.every(Number.isFinite) && Number.isFinite(detector.decisionThreshold));
    const [alone] = await all({ ...loaded }).then((list) => list.slice(3));
    for await (const { score } of detect(lab, loaded, paths.slice(3, 4))) {
      assert.equal(score, alone, 'an image scores the same alone and among others');
    }
    const name = Object.keys(loaded.tensors).at(-1)!;
    const broken = {
      ...loaded,
      tensors: { ...loaded.tensors, [name]: { ...loaded.tensors[name], data: new Float32Array(3) } },
    };
    if (method !== 'mean-patch') await assert.rejects(all(broken), { name: 'InputError' });
  });
}

test('the image filter drops the highest in-sample scores in front of any method, and says what it dropped', async () => {
  for (const method of ['patchcore', 'padim-star', 'cflow']) {
    const set = {
      ...choice(method, { settings: method === 'patchcore' ? { ratio: 0.05 } : {} }),
      filter: { ...choice('padim-star'), budget: 0.25 },
      contamination: { noise: 0.25, overlap: true },
    };
    const config = evaluateConfig(set, SYSTEMS);
    const { filter, diagnostics, timings } = await run(config);
    assert.equal(filter!.dropped.length, 4, 'trunc(.25 · 16) images');
    assert.equal(diagnostics.trainImages, 16);
    assert.equal(filter!.noiseDropped + filter!.noiseLeft, 4);
    assert.equal(diagnostics.noiseImages, filter!.noiseLeft);
    const names = new Set(noisy.manifest.images);
    assert.equal(filter!.noiseDropped, filter!.dropped.filter((name) => names.has(name)).length);
    assert.deepEqual([filter!.precision, filter!.recall], [filter!.noiseDropped / 4, filter!.noiseDropped / 4]);
    assert.ok(timings.filter > 0);
  }
});

test('a filter with no budget changes nothing', async () => {
  const plain = await run(configured('padim-star'));
  const config = { ...configured('padim-star'), filter: { ...configured('padim-star'), budget: 0 } };
  assert.deepEqual(scores(await run(config)), scores(plain));
});

for (const rules of [{}, { oracle: true, patience: 2 }]) {
  test(`training stopped after an epoch goes on to the same bytes ${JSON.stringify(rules)}`, async () => {
    const config = configured('cflow', { settings: { epochs: 3, ...rules } });
    const whole = await run(config);
    const cache = (): ReturnType<typeof openCache> => openCache(join(root, `resume-${rules.patience}`));
    const controller = new AbortController();
    const notes: string[] = [];
    const reporter = (onNote: (text: string) => void): Reporter => ({
      stage: () => () => undefined,
      note(text) {
        notes.push(text);
        onNote(text);
      },
    });
    const stopped = run(config, {
      cache: cache(),
      signal: controller.signal,
      reporter: reporter(() => controller.abort()),
    });
    await assert.rejects(stopped, { name: 'Cancelled' });
    assert.match(notes[0], /^epoch 1 of 3: loss /);
    assert.ok((await listCache(join(root, `resume-${rules.patience}`))).some(({ kind }) => kind === 'checkpoints'));
    const resumed = await run(config, { cache: cache(), reporter: reporter(() => undefined) });
    assert.ok(notes.some((note) => note === 'going on after epoch 1 of 3'));
    assert.deepEqual(scores(resumed), scores(whole));
    assert.deepEqual(resumed.pixel, whole.pixel);
    assert.deepEqual(resumed.notes, whole.notes);
  });
}

test('rules that look at the test set do so only where asked, and say so', async () => {
  const quiet = await run(configured('cflow'));
  assert.ok(quiet.notes.every((note) => !/test set/.test(note)));
  const oracle = await run(configured('cflow', { settings: { oracle: true } }));
  assert.ok(oracle.notes.some((note) => /^oracle, chosen on the test set and not comparable/.test(note)));
  assert.deepEqual(scores(oracle), scores(quiet), 'the last epoch is reported all the same');
  const early = await run(configured('cflow', { settings: { epochs: 12, patience: 1, learningRate: 0.05 } }));
  assert.ok(
    early.notes.some((note) => /^stopped early: pixel AUROC on the test set/.test(note)),
    early.notes.join('\n'),
  );
});

test('too few images for a batch, and τ where there is none, are refused', async () => {
  await assert.rejects(run(configured('cflow', { settings: { fibre: 4096 } })), /are fewer than a batch of 4096/);
  assert.throws(() => configured('padim-star', { settings: { tau: 0.1 } }), /there is no switch "tau"/);
});
