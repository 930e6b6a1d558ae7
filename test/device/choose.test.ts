import assert from 'node:assert/strict';
import test from 'node:test';
import { chooseEngine, type Starters } from '../../src/device/choose.js';
import type { Device } from '../../src/device/device.js';
import { type DeviceName, type Engine, isDevice } from '../../src/engine/names.js';
import { importOnnxRuntime } from '../../src/engine/onnx.js';

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

const auto = async (...rest: Parameters<typeof machine>): Promise<Engine> => {
  const { engine, opened } = await chooseEngine('auto', machine(...rest));
  assert.equal(opened?.device.name, isDevice(engine) ? engine : undefined, 'a device comes opened, and only a device');
  return engine;
};

test('auto takes a real accelerator, WebGPU before TensorFlow with CUDA', async () => {
  assert.equal(await auto({ 'tensorflow-gpu': 'gpu', webgpu: 'gpu' }, true), 'webgpu');
  assert.equal(await auto({ webgpu: 'gpu', tensorflow: 'gpu' }, true), 'webgpu');
  assert.equal(await auto({ 'tensorflow-gpu': 'gpu', webgpu: 'broken' }, false), 'tensorflow-gpu');
  assert.equal(await auto({ 'tensorflow-gpu': 'gpu', webgpu: 'software' }, false), 'tensorflow-gpu');
});

test('auto never takes a software driver, and tries nothing that is not installed', async () => {
  assert.equal(await auto({ webgpu: 'software', 'tensorflow-gpu': 'software' }, true), 'onnx');
  assert.equal(await auto({ webgpu: 'software' }, false), 'wasm');
  const bare = machine({}, false);
  assert.deepEqual(await chooseEngine('auto', bare), { engine: 'wasm', opened: null });
  assert.deepEqual(bare.opened, []);
});

test('auto prefers onnxruntime on threads to TensorFlow on the processor, and that to wasm', async () => {
  assert.equal(await auto({ tensorflow: 'gpu' }, true), 'onnx');
  assert.equal(await auto({ tensorflow: 'gpu' }, false), 'tensorflow');
  assert.equal(await auto({ tensorflow: 'broken' }, false), 'wasm');
});

test('auto without a device is onnxruntime where that is installed, as it is here', async () => {
  const here = { ...machine({}, false), onnx: importOnnxRuntime };
  assert.deepEqual(await chooseEngine('auto', here), { engine: 'onnx', opened: null });
});

test('a named device is taken even if it is software, and says how to mend it if it does not start', async () => {
  const { engine, opened } = await chooseEngine('webgpu', machine({ webgpu: 'software' }, true));
  assert.equal(engine, 'webgpu');
  assert.equal(opened?.device.name, 'webgpu');
  assert.equal(opened?.software, true);
  await assert.rejects(
    chooseEngine('webgpu', machine({ webgpu: 'broken' }, true)),
    /engine webgpu does not start: the library libvulkan\.so\.1 is missing.*apt install libvulkan1.*softpatch doctor/s,
  );
});

test('engines of threads need no device and keep their name; onnx:cpu is onnx', async () => {
  for (const [choice, engine] of [
    ['onnx', 'onnx'],
    ['onnx:cpu', 'onnx'],
    ['onnx:cuda', 'onnx:cuda'],
    ['wasm', 'wasm'],
    ['cpu', 'cpu'],
  ] as const) {
    const own = machine({ webgpu: 'gpu' }, true);
    assert.deepEqual(await chooseEngine(choice, own), { engine, opened: null });
    assert.deepEqual(own.opened, []);
  }
});
