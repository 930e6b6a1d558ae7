import assert from 'node:assert/strict';
import test from 'node:test';
import type { Engine } from '../../src/engine/names.js';
import { InputError } from '../../src/errors.js';
import { createEmbedder } from '../../src/features/embedder.js';
import type { FeatureSpec } from '../../src/features/spec.js';

const spec: FeatureSpec = {
  backbone: 'resnet18',
  layers: ['layer2', 'layer3'],
  weights: { kind: 'random', seed: 0 },
  preprocessing: { resize: 32, crop: 32, filter: 'bilinear' },
};

test('an engine means its library and provider', async () => {
  for (const [engine, expected] of [
    ['onnx', /^onnxruntime .*\(cpu\)$/],
    ['wasm', /^tfjs .*\(wasm\)$/],
    ['cpu', /^tfjs .*\(cpu\)$/],
  ] as [Engine, RegExp][]) {
    const embedder = await createEmbedder(spec, engine);
    assert.match(embedder.library, expected, engine);
    await embedder.dispose();
  }
});

test('a provider of another system fails in one line with its mend', async () => {
  const foreign = process.platform === 'win32' ? 'coreml' : 'dml';
  await assert.rejects(createEmbedder(spec, `onnx:${foreign}`), (error) => {
    assert.ok(error instanceof InputError);
    assert.match(error.message, new RegExp(`^the engine onnx:${foreign} does not start: .*To mend it, use [mW]`));
    return true;
  });
});
