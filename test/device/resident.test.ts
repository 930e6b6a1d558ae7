import assert from 'node:assert/strict';
import test from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { hasRoom, MOST_RESIDENT, stay } from '../../src/device/resident.js';
import { tensorRows } from '../../src/device/tensor-rows.js';
import { cpuDevice } from './cpu-device.js';

test('bytes that stay are counted until they are given back, once', () => {
  const device = {};
  let freed = 0;
  const free = stay(device, {}, MOST_RESIDENT, () => freed++);
  assert.ok(!hasRoom(device, 1) && hasRoom({}, MOST_RESIDENT));
  free();
  free();
  assert.equal(freed, 1);
  assert.ok(hasRoom(device, MOST_RESIDENT) && !hasRoom(device, MOST_RESIDENT + 1));
});

test('rows that nobody can reach give their memory back', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const device = await cpuDevice();
  const before = device.tf.memory().numTensors;
  // In a function of its own, so that nothing of it stays on the stack.
  const leave = async (): Promise<void> => {
    const rows = tensorRows(device, [device.tf.keep(device.tf.ones([4, 3]))]);
    assert.equal((await rows.here()).length, 12);
  };
  await leave();
  assert.equal(device.tf.memory().numTensors, before + 1);
  for (let i = 0; i < 100 && device.tf.memory().numTensors > before; i++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(device.tf.memory().numTensors, before);
});
