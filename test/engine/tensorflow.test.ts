import assert from 'node:assert/strict';
import test from 'node:test';
import { loadTensorFlow, restoreRemovedUtil } from '../../src/engine/tensorflow.js';

test('what Node 23 removed and the binding still calls is put back, and nothing else is touched', () => {
  const util: Record<string, unknown> = {};
  restoreRemovedUtil(util);
  const isNothing = util.isNullOrUndefined as (value: unknown) => boolean;
  assert.deepEqual([null, undefined, 0, ''].map(isNothing), [true, true, false, false]);
  const own = (): boolean => false;
  const present = { isNullOrUndefined: own };
  restoreRemovedUtil(present);
  assert.equal(present.isNullOrUndefined, own);
});

test('backends share one library, and the last asked for is the current one', async () => {
  const wasm = await loadTensorFlow('wasm');
  assert.equal(wasm.getBackend(), 'wasm');
  const cpu = await loadTensorFlow('cpu');
  assert.equal(cpu, wasm);
  assert.equal(cpu.getBackend(), 'cpu');
  await loadTensorFlow('wasm');
  assert.equal(cpu.getBackend(), 'wasm');
});

test('a backend that is not there fails, and others go on', async () => {
  // Where no engine is installed apart.
  process.env.SOFTPATCH_ENGINES = '/nowhere';
  await assert.rejects(loadTensorFlow('tensorflow-gpu'));
  const tf = await loadTensorFlow('cpu');
  assert.deepEqual([...(await tf.add(tf.tensor1d([1]), 2).data())], [3]);
});
