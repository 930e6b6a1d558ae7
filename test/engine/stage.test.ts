import assert from 'node:assert/strict';
import test from 'node:test';
import { PROJECT } from '../../src/denoise/projection.js';
import { rowsHere } from '../../src/engine/rows.js';
import { type Stage, threadCompute } from '../../src/engine/stage.js';
import { Cancelled } from '../../src/errors.js';
import { startThreads, type Threads } from '../../src/kernels/threads.js';
import type { Watch } from '../../src/progress.js';

test('threadCompute runs a stage on its threads, heard and stopped by the watch, under its engine’s name', async (t) => {
  const threads = startThreads(2);
  t.after(() => threads.close());
  const compute = threadCompute(threads, 'onnx:cuda');
  assert.equal(compute.engine, 'onnx:cuda');
  const job = { rows: Float32Array.of(1, 2, 3, 4, 5, 6), projection: Float32Array.of(1, 0, 1, 1), dimensions: 2 };
  let heard = 0;
  const product = await compute.run(PROJECT, job, { progress: (done) => (heard = done) });
  assert.deepEqual([...(await rowsHere(product))], [1, 3, 3, 7, 5, 11]);
  assert.ok(heard > 0);
  await assert.rejects(compute.run(PROJECT, job, { signal: AbortSignal.abort() }), Cancelled);
});

test('any stage runs: it is given the threads, the job and the watch, none means an empty one', async () => {
  const threads = {} as Threads;
  const given: unknown[] = [];
  const own: Stage<{ n: number }, number> = {
    name: 'own',
    async onThreads(...all) {
      given.push(all);
      return all[1].n + 1;
    },
  };
  const compute = threadCompute(threads, 'wasm');
  const watch: Watch = { progress: () => {} };
  assert.equal(await compute.run(own, { n: 1 }, watch), 2);
  assert.equal(await compute.run(own, { n: 2 }), 3);
  assert.deepEqual(given, [
    [threads, { n: 1 }, watch],
    [threads, { n: 2 }, {}],
  ]);
});

test('release lets the threads drop their networks too', () => {
  const released: unknown[] = [];
  threadCompute({ release: (all) => void released.push(all) } as Threads, 'wasm').release();
  assert.deepEqual(released, [true]);
});
