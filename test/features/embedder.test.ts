import assert from 'node:assert/strict';
import test from 'node:test';
import type { EngineChoice } from '../../src/engine/names.js';
import { InputError } from '../../src/errors.js';
import { createEmbedder } from '../../src/features/embedder.js';
import type { FeatureSpec } from '../../src/features/spec.js';

const spec = (executor: EngineChoice): FeatureSpec => ({
  backbone: 'resnet18',
  layers: ['layer2', 'layer3'],
  weights: { kind: 'random', seed: 0 },
  preprocessing: { resize: 32, crop: 32, filter: 'bilinear' },
  executor,
});

test('a choice means its executor; auto is onnxruntime where that is installed', async () => {
  for (const [choice, expected] of [
    ['auto', /^onnxruntime .*\(cpu\)$/],
    ['onnx', /^onnxruntime .*\(cpu\)$/],
    ['wasm', /wasm/],
    ['tfjs', /wasm/],
    ['cpu', /cpu/],
  ] as const) {
    const embedder = await createEmbedder(spec(choice));
    assert.match(embedder.executor, expected, choice);
    await embedder.dispose();
  }
});

test('a provider of another system fails in one line with its mend', async () => {
  const foreign = process.platform === 'win32' ? 'coreml' : 'dml';
  await assert.rejects(createEmbedder(spec(`onnx:${foreign}`)), (error) => {
    assert.ok(error instanceof InputError);
    assert.match(error.message, new RegExp(`^the engine onnx:${foreign} does not start: .*To mend it, use [mW]`));
    return true;
  });
});
