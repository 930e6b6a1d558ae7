import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import type { Category } from '../../src/dataset/category.js';
import { writeDrawnCategory } from '../../src/dataset/drawn/write.js';
import { openCategory } from '../../src/dataset/layouts.js';
import { injectNoise } from '../../src/dataset/noise.js';
import type { Compute } from '../../src/detector/compute.js';
import { deviceCompute } from '../../src/device/stages.js';
import { createDevice, type Device } from '../../src/device/device.js';
import { loadTensorFlow } from '../../src/engine/tensorflow.js';
import { Cancelled } from '../../src/errors.js';
import { evaluateConfig } from '../../src/experiment/config.js';
import { type EvaluateResult, type EvaluateWatch, evaluate } from '../../src/experiment/evaluate.js';
import { encodePng } from '../../src/image/codec.js';
import { startThreads, type Threads } from '../../src/kernels/threads.js';
import { createRandom } from '../../src/random.js';
import { openCache } from '../../src/storage/cache.js';

let root: string;
let threads: Threads;
let category: Category;
let device: Device;

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'softpatch-device-'));
  await writeDrawnCategory(root, 'bracket', { seed: 2, train: 14, good: 5, defective: 3, side: 96 }, encodePng);
  category = await openCategory(root, 'bracket');
  threads = startThreads(2);
  device = createDevice(await loadTensorFlow('wasm'), { name: 'webgpu', about: 'wasm as a device', budget: 2 ** 24 });
});
after(async () => {
  await threads.close();
  await rm(root, { recursive: true, force: true });
});

/** Evaluates a method, on threads or on a device. */
function run(method: string, watch: EvaluateWatch = {}): Promise<EvaluateResult> {
  const config = evaluateConfig({
    method,
    profile: method === 'cflow' ? 'small' : undefined,
    features: {
      weights: { kind: 'random', seed: 0 },
      preprocessing: { resize: 64, crop: 64 },
      executor: 'wasm',
    },
    settings: method === 'cflow' ? { epochs: 1, fibre: 64 } : {},
    noise: { ratio: 0.2, overlap: true },
  });
  const noisy = injectNoise(category, config.noise, createRandom(0).fork('noise'));
  return evaluate(threads, noisy, config, watch);
}

const onDevice = (): Compute => deviceCompute(device, threads);

for (const method of ['softpatch-lof', 'softpatch-gaussian', 'patchcore', 'padim-star', 'cflow']) {
  test(`${method} on a device gives the threads’ result`, async () => {
    const plain = await run(method);
    const own = await run(method, { compute: onDevice() });
    assert.equal(own.versions.executor, 'wasm as a device');
    assert.ok(Math.abs(own.image.auroc! - plain.image.auroc!) <= 1e-3, `${own.image.auroc} ${plain.image.auroc}`);
    assert.ok(Math.abs(own.pixel.auroc! - plain.pixel.auroc!) <= 1e-3, `${own.pixel.auroc} ${plain.pixel.auroc}`);
    for (const [i, { score }] of own.images.entries()) {
      const expected = plain.images[i].score;
      assert.ok(Math.abs(score - expected) <= 2e-4 * Math.abs(expected) + 1e-6, `${score} ${expected}`);
    }
    assert.deepEqual(own.diagnostics.coresetSize, plain.diagnostics.coresetSize);
  });
}

test('a device remembers what it read apart from the threads', async () => {
  const folder = join(root, 'cache');
  const first = await run('patchcore', { compute: onDevice(), cache: openCache(folder) });
  const second = await run('patchcore', { compute: onDevice(), cache: openCache(folder) });
  const plain = await run('patchcore', { cache: openCache(folder) });
  assert.deepEqual(second.images, first.images);
  const count = first.cache.features!.computed;
  assert.ok(count > 0);
  assert.equal(second.cache.features?.computed ?? 0, 0);
  assert.equal(second.versions.executor, 'cache');
  assert.deepEqual(plain.cache.features, first.cache.features);
});

test('a device without room for the network’s batch goes on with smaller ones', async () => {
  let refused = 0;
  const small: Device = {
    ...device,
    attempt: (work) =>
      device.attempt(async () => {
        const value = await work();
        // As a device would: the first piece of work after the network is in place fails once.
        if (refused === 1) {
          refused++;
          throw new Error('out of memory');
        }
        if (refused === 0) refused++;
        return value;
      }),
  };
  const plain = await run('patchcore');
  const own = await run('patchcore', { compute: deviceCompute(small, threads) });
  assert.equal(refused, 2);
  assert.ok(Math.abs(own.image.auroc! - plain.image.auroc!) <= 1e-3);
});

test('a device stops on request', async () => {
  const controller = new AbortController();
  const compute = onDevice();
  const { extract } = compute.extractor;
  compute.extractor.extract = (...rest) => {
    controller.abort();
    return extract(...rest);
  };
  await assert.rejects(run('patchcore', { compute, signal: controller.signal }), Cancelled);
});

test('an unreadable image is named, also on a device', async () => {
  const compute = onDevice();
  const { extract } = compute.extractor;
  compute.extractor.extract = (spec, images, ...rest) =>
    extract(spec, [{ path: join(root, 'nowhere.png') }, ...images], ...rest);
  await assert.rejects(run('patchcore', { compute }), /nowhere\.png/);
});
