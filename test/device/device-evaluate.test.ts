import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import type { Category } from '../../src/dataset/category.js';
import { writeDrawnCategory } from '../../src/dataset/drawn/write.js';
import { openCategory } from '../../src/dataset/layouts.js';
import { SYSTEMS } from '../../src/detector/systems.js';
import { createDevice, type Device } from '../../src/device/device.js';
import { deviceCompute } from '../../src/device/stages.js';
import type { Compute } from '../../src/engine/stage.js';
import { loadTensorFlow } from '../../src/engine/tensorflow.js';
import { Cancelled } from '../../src/errors.js';
import { evaluateConfig } from '../../src/experiment/config.js';
import { type EvaluateResult, evaluate } from '../../src/experiment/evaluate.js';
import { type Lab, openLab } from '../../src/experiment/lab.js';
import { EXTRACT, type ExtractionJob } from '../../src/features/extract.js';
import { encodePng } from '../../src/image/codec.js';
import { openCache } from '../../src/storage/cache.js';

let root: string;
let lab: Lab;
let category: Category;
let device: Device;

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'softpatch-device-'));
  await writeDrawnCategory(root, 'bracket', { seed: 2, train: 14, good: 5, defective: 3, side: 96 }, encodePng);
  category = await openCategory(root, 'bracket');
  lab = await openLab({ engine: 'wasm', threads: 2 });
  device = createDevice(await loadTensorFlow('wasm'), { name: 'webgpu', about: 'wasm as a device', budget: 2 ** 24 });
});
after(async () => {
  await lab.close();
  await rm(root, { recursive: true, force: true });
});

/** Evaluates a method on threads or, given its compute, on a device. */
function run(method: string, own: Partial<Lab> = {}): Promise<EvaluateResult> {
  const config = evaluateConfig(
    {
      method,
      profile: method === 'cflow' ? 'small' : undefined,
      features: { weights: { kind: 'random', seed: 0 }, preprocessing: { resize: 64, crop: 64 } },
      settings: method === 'cflow' ? { epochs: 1, fibre: 64 } : {},
      contamination: { noise: 0.2, overlap: true },
    },
    SYSTEMS,
  );
  return evaluate({ ...lab, ...own }, category, config);
}

const onDevice = (): Compute => deviceCompute(device, lab.threads);

/** A device whose reading of images is changed on the way in. */
function reading(change: (job: ExtractionJob) => ExtractionJob): Compute {
  const compute = onDevice();
  return {
    ...compute,
    run: (stage, job, watch) =>
      compute.run(stage, (stage as unknown) === EXTRACT ? (change(job as ExtractionJob) as typeof job) : job, watch),
  };
}

for (const method of ['softpatch-lof', 'softpatch-gaussian', 'patchcore', 'padim-star', 'cflow']) {
  test(`${method} on a device gives the threads’ result`, async () => {
    const plain = await run(method);
    const own = await run(method, { compute: onDevice() });
    assert.deepEqual([own.versions.engine, own.versions.library], ['webgpu', 'wasm as a device']);
    assert.equal(plain.versions.engine, 'wasm');
    assert.match(plain.versions.library, /^tfjs .*\(wasm\)$/);
    assert.ok(Math.abs(own.image.auroc! - plain.image.auroc!) <= 1e-3, `${own.image.auroc} ${plain.image.auroc}`);
    assert.ok(Math.abs(own.pixel.auroc! - plain.pixel.auroc!) <= 1e-3, `${own.pixel.auroc} ${plain.pixel.auroc}`);
    for (const [i, { score }] of own.images.entries()) {
      const expected = plain.images[i].score;
      assert.ok(Math.abs(score - expected) <= 2e-4 * Math.abs(expected) + 1e-6, `${score} ${expected}`);
    }
    assert.deepEqual(own.diagnostics.coresetSize, plain.diagnostics.coresetSize);
    assert.deepEqual([own.versions.stages.search, own.versions.stages.coreset], ['webgpu', undefined]);
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
  assert.deepEqual([second.versions.engine, second.versions.library], ['webgpu', 'cache']);
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
  const own = await run('patchcore', { compute: deviceCompute(small, lab.threads) });
  assert.equal(refused, 2);
  assert.ok(Math.abs(own.image.auroc! - plain.image.auroc!) <= 1e-3);
});

test('a device stops on request', async () => {
  const controller = new AbortController();
  const compute = reading((job) => {
    controller.abort();
    return job;
  });
  await assert.rejects(run('patchcore', { compute, signal: controller.signal }), Cancelled);
});

test('an unreadable image is named, also on a device', async () => {
  const nowhere = { path: join(root, 'nowhere.png') };
  const compute = reading((job) => ({ ...job, images: [nowhere, ...job.images] }));
  await assert.rejects(run('patchcore', { compute }), /nowhere\.png/);
});
