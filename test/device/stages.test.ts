import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { PROJECT, type ProjectionJob } from '../../src/denoise/projection.js';
import { deviceCompute } from '../../src/device/stages.js';
import { rowsHere } from '../../src/engine/rows.js';
import type { Stage } from '../../src/engine/stage.js';
import { Cancelled } from '../../src/errors.js';
import { EXTRACT } from '../../src/features/extract.js';
import { encodePng } from '../../src/image/codec.js';
import { startThreads, type Threads } from '../../src/kernels/threads.js';
import { createRandom } from '../../src/random.js';
import { temporaryFolder } from '../temporary.js';
import { cpuDevice } from './cpu-device.js';

/** Threads that nothing may be asked of. */
const unused = new Proxy({} as Threads, { get: (_, name) => assert.fail(`threads.${String(name)} was asked for`) });
const JOB: ProjectionJob = {
  rows: Float32Array.of(1, 2, 3, 4),
  projection: Float32Array.of(1, 0, 1, 1),
  dimensions: 2,
};

test('a stage with a form runs on the device, stopped by the watch; the engine is the device’s name', async () => {
  const compute = deviceCompute(await cpuDevice(), unused);
  assert.equal(compute.engine, 'cpu');
  assert.deepEqual([...(await rowsHere(await compute.run(PROJECT, JOB)))], [1, 3, 3, 7]);
  await assert.rejects(compute.run(PROJECT, JOB, { signal: AbortSignal.abort() }), Cancelled);
});

test('a stage without a form falls back to the threads, though another of its name has one', async () => {
  const device = await cpuDevice();
  const refusing = { ...device, attempt: () => assert.fail('the device was asked') };
  const watch = { progress: () => {} };
  const given: unknown[] = [];
  const own: Stage<ProjectionJob, string> = {
    name: PROJECT.name,
    async onThreads(...all) {
      given.push(...all);
      return 'on threads';
    },
  };
  const compute = deviceCompute(refusing, unused);
  assert.equal(await compute.run(own, JOB, watch), 'on threads');
  assert.equal(given.length, 3);
  assert.ok(given[0] === unused && given[1] === JOB && given[2] === watch);
});

test('release takes the network off the device and tells the threads; the next image brings it back', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'noise.png');
  const random = createRandom(1);
  const data = Uint8Array.from({ length: 32 * 32 * 3 }, () => random.integer(256));
  await writeFile(path, await encodePng({ width: 32, height: 32, channels: 3, data }));
  const threads = startThreads(1);
  t.after(() => threads.close());
  const released: unknown[] = [];
  const device = await cpuDevice();
  const compute = deviceCompute(device, { ...threads, release: (all) => void released.push(all) });
  const job = {
    spec: {
      backbone: 'resnet18',
      layers: ['layer1'],
      weights: { kind: 'random', seed: 0 },
      preprocessing: { resize: 32, crop: 32, filter: 'bilinear' },
      reading: { kind: 'maps', channels: [0, 1] },
    },
    engine: compute.engine,
    images: [{ path }],
  } as const;
  const before = device.tf.memory().numTensors;
  const { rows } = await compute.run(EXTRACT, job);
  assert.ok(device.tf.memory().numTensors > before, 'the network is kept');
  compute.release();
  assert.equal(device.tf.memory().numTensors, before);
  assert.deepEqual(released, [true]);
  assert.deepEqual((await compute.run(EXTRACT, job)).rows, rows);
});
