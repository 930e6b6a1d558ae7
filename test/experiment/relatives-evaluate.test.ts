import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import type { Category } from '../../src/dataset/category.js';
import { writeDrawnCategory } from '../../src/dataset/drawn/write.js';
import { openCategory } from '../../src/dataset/layouts.js';
import { loadDetector, saveDetector } from '../../src/detector/model.js';
import type { Settings } from '../../src/detector/system.js';
import { SYSTEMS } from '../../src/detector/systems.js';
import { type EvaluateConfig, evaluateConfig } from '../../src/experiment/config.js';
import { contaminate } from '../../src/experiment/contaminate.js';
import { detect } from '../../src/experiment/detect.js';
import { type EvaluateResult, evaluate } from '../../src/experiment/evaluate.js';
import { fitDetector } from '../../src/experiment/fit.js';
import { type Lab, openLab } from '../../src/experiment/lab.js';
import { featureReader } from '../../src/features/reader.js';
import { encodePng } from '../../src/image/codec.js';

let root: string;
let lab: Lab;
let category: Category;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'softpatch-relatives-'));
  await writeDrawnCategory(root, 'bracket', { seed: 3, train: 16, good: 5, defective: 2 }, encodePng);
  category = await openCategory(root, 'bracket');
  lab = await openLab({ threads: 2, engine: 'wasm', cache: join(root, 'cache') });
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

const configured = (method: string, settings: Settings = {}, filter: string | null = null): EvaluateConfig =>
  evaluateConfig(
    {
      method,
      features,
      settings,
      contamination: { noise: 0.25, overlap: true },
      filter: filter ? { method: filter, features, settings: { ratio: 0.1 }, budget: 0.25 } : null,
    },
    SYSTEMS,
  );
const scores = (result: EvaluateResult): number[] => result.images.map(({ score }) => score);
const small = { ratio: 0.2 };

test('SoftPatch+ scores by the bank with τ, draws maps by the one with its own, both judged by fused ranks', async () => {
  const plus = await evaluate(lab, category, configured('softpatch-plus', small));
  const fused = { ...small, discriminator: 'fused', k: 6 };
  const first = await evaluate(lab, category, configured('softpatch-lof', { ...fused, tau: 0.15 }));
  const second = await evaluate(lab, category, configured('softpatch-lof', { ...fused, tau: 0.5 }));
  assert.deepEqual(scores(plus), scores(first));
  assert.deepEqual(plus.pixel, second.pixel);
  assert.notDeepEqual(plus.pixel, first.pixel);
  assert.equal(plus.diagnostics.patchesRemoved, first.diagnostics.patchesRemoved);
});

test('random memories score the worst of mean squared distances, memory by memory', async () => {
  const config = configured('random-memories', { memories: 3, ratio: 0.05 });
  const { train } = contaminate(category, config);
  const { tensors } = await fitDetector(lab, 'bracket', train, config, { how: 'none' });
  const reader = await featureReader(lab, config.features);
  const [image] = category.test;
  const rows = await reader.read([image], {});
  const d = tensors.bank0.shape[1];
  let worst = 0;
  for (let at = 0; at < rows.length; at += d) {
    let mean = 0;
    for (const name of ['bank0', 'bank1', 'bank2']) {
      const bank = tensors[name].data as Float32Array;
      let least = Number.POSITIVE_INFINITY;
      for (let row = 0; row < bank.length; row += d) {
        let squared = 0;
        for (let i = 0; i < d; i++) squared += (rows[at + i] - bank[row + i]) ** 2;
        least = Math.min(least, squared);
      }
      mean += least / 3;
    }
    worst = Math.max(worst, mean);
  }
  const [{ score }] = (await evaluate(lab, category, config)).images;
  assert.ok(Math.abs(score - worst) < 1e-4 * worst, `${score}, not ${worst}`);
  assert.notDeepEqual(tensors.picks0.data, tensors.picks1.data);
});

test('random memories filter images as their budget says', async () => {
  const { filter, diagnostics } = await evaluate(lab, category, configured('patchcore', small, 'random-memories'));
  assert.equal(filter!.dropped.length, 4);
  assert.equal(diagnostics.trainImages, 16);
});

for (const [method, settings, broken] of [
  ['softpatch-plus', small, 'mapPicks'],
  ['random-memories', { memories: 2, ratio: 0.05 }, 'picks1'],
] as const) {
  test(`a saved ${method} detector scores like the fitted one, one with a part missing is refused`, async () => {
    const config = configured(method, settings);
    const detector = await fitDetector(lab, 'bracket', contaminate(category, config).train, config, { how: 'none' });
    const path = join(root, `${method}.safetensors`);
    await saveDetector(path, detector);
    const loaded = await loadDetector(path);
    const paths = category.test.map((sample) => sample.path);
    const all = async (from: typeof detector): Promise<number[]> => {
      const found: number[] = [];
      for await (const { score } of detect(lab, from, paths)) found.push(score);
      return found;
    };
    assert.deepEqual(await all(loaded), await all(detector));
    const tensors = Object.fromEntries(Object.entries(loaded.tensors).filter(([name]) => name !== broken));
    await assert.rejects(all({ ...loaded, tensors }), { name: 'InputError' });
  });
}
