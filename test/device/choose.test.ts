import assert from 'node:assert/strict';
import test from 'node:test';
import { chooseDevice, type Starters } from '../../src/device/choose.js';
import type { Device } from '../../src/device/device.js';
import { type DeviceName, ENGINE_CHOICES, parseChoice } from '../../src/engine/names.js';

/** Starters on a machine with some devices; the others' packages are missing or broken. */
function machine(
  devices: Partial<Record<DeviceName, 'gpu' | 'software' | 'broken'>>,
  onnx: boolean,
): Starters & { opened: DeviceName[] } {
  const opened: DeviceName[] = [];
  return {
    opened,
    has: (name) =>
      (name === 'webgpu' && 'webgpu' in devices) ||
      (name === '@tensorflow/tfjs-node' && 'tensorflow' in devices) ||
      (name === '@tensorflow/tfjs-node-gpu' && 'tensorflow-gpu' in devices),
    onnx: async () => {
      if (!onnx) throw new Error("Cannot find package 'onnxruntime-node'");
    },
    async open(name) {
      opened.push(name);
      const kind = devices[name];
      if (kind === undefined || kind === 'broken') throw new Error('libvulkan.so.1 cannot be loaded');
      return { device: { name } as Device, software: kind === 'software', facts: {} };
    },
  };
}

const auto = async (...rest: Parameters<typeof machine>): Promise<string | undefined> =>
  (await chooseDevice('auto', machine(...rest)))?.device.name;

test('auto takes a real accelerator, TensorFlow with CUDA before WebGPU', async () => {
  assert.equal(await auto({ 'tensorflow-gpu': 'gpu', webgpu: 'gpu' }, true), 'tensorflow-gpu');
  assert.equal(await auto({ webgpu: 'gpu', tensorflow: 'gpu' }, true), 'webgpu');
  assert.equal(await auto({ 'tensorflow-gpu': 'broken', webgpu: 'gpu' }, false), 'webgpu');
});

test('auto never takes a software driver, and tries nothing that is not installed', async () => {
  assert.equal(await auto({ webgpu: 'software', 'tensorflow-gpu': 'software' }, true), undefined);
  assert.equal(await auto({ webgpu: 'software' }, false), undefined);
  const bare = machine({}, false);
  assert.equal(await chooseDevice('auto', bare), null);
  assert.deepEqual(bare.opened, []);
});

test('auto prefers onnxruntime on threads to TensorFlow on the processor', async () => {
  assert.equal(await auto({ tensorflow: 'gpu' }, true), undefined);
  assert.equal(await auto({ tensorflow: 'gpu' }, false), 'tensorflow');
});

test('a named device is taken even if it is software, and says how to mend it if it does not start', async () => {
  const software = await chooseDevice('webgpu', machine({ webgpu: 'software' }, true));
  assert.equal(software?.software, true);
  await assert.rejects(
    chooseDevice('webgpu', machine({ webgpu: 'broken' }, true)),
    /engine webgpu does not start: the library libvulkan\.so\.1 is missing.*apt install libvulkan1.*softpatch doctor/s,
  );
});

test('engines of threads need no device', async () => {
  for (const choice of ['onnx', 'onnx:cuda', 'wasm', 'cpu', 'tfjs'] as const) {
    const own = machine({ webgpu: 'gpu' }, true);
    assert.equal(await chooseDevice(choice, own), null);
    assert.deepEqual(own.opened, []);
  }
});

test('every choice names an engine and a provider', () => {
  for (const choice of ENGINE_CHOICES) if (choice !== 'auto') assert.ok(parseChoice(choice).name.length > 2);
  assert.deepEqual(parseChoice('onnx:cuda'), { name: 'onnx', provider: 'cuda' });
  assert.deepEqual(parseChoice('tfjs'), { name: 'wasm', provider: 'cpu' });
});
