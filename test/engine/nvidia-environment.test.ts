import assert from 'node:assert/strict';
import test from 'node:test';
import { prepareNvidia } from '../../src/engine/nvidia-environment.js';
import { loadOnnxRuntime } from '../../src/engine/onnx.js';
import { loadTensorFlow } from '../../src/engine/tensorflow.js';
import { extract } from '../../src/features/extract.js';
import type { Threads } from '../../src/kernels/threads.js';

test('TF32, timed algorithms and taking the whole GPU are off unless the user set them', () => {
  const env: NodeJS.ProcessEnv = {};
  prepareNvidia(env);
  assert.deepEqual(env, {
    NVIDIA_TF32_OVERRIDE: '0',
    TF_CUDNN_DETERMINISTIC: '1',
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    TF_CPP_MIN_LOG_LEVEL: '2',
  });
  const own = {
    NVIDIA_TF32_OVERRIDE: '1',
    TF_CUDNN_DETERMINISTIC: '0',
    TF_FORCE_GPU_ALLOW_GROWTH: 'false',
    TF_CPP_MIN_LOG_LEVEL: '0',
  };
  prepareNvidia(own);
  assert.deepEqual(own, {
    NVIDIA_TF32_OVERRIDE: '1',
    TF_CUDNN_DETERMINISTIC: '0',
    TF_FORCE_GPU_ALLOW_GROWTH: 'false',
    TF_CPP_MIN_LOG_LEVEL: '0',
  });
});

const idle = { count: 1, each: async () => [] } as unknown as Threads;
const spec = {
  backbone: 'resnet18',
  layers: ['layer2', 'layer3'],
  weights: { kind: 'random', seed: 0 },
  preprocessing: { resize: 64, crop: 64, filter: 'bilinear' },
} as const;

for (const [what, load] of [
  ['onnxruntime', loadOnnxRuntime],
  ['TensorFlow’s binding', () => loadTensorFlow('tensorflow-gpu').catch(() => {})],
  ['extraction in threads', () => extract(idle, { spec, engine: 'onnx:cuda', images: [] })],
] as const) {
  test(`${what} starts after that is set`, async () => {
    delete process.env.NVIDIA_TF32_OVERRIDE;
    await load();
    // On the main thread process.env reads what native code reads.
    assert.equal(process.env.NVIDIA_TF32_OVERRIDE, '0');
  });
}
