import assert from 'node:assert/strict';
import test from 'node:test';
import type { Compute } from '../../src/engine/stage.js';
import { featureKey } from '../../src/features/feature-key.js';
import { checkPrecision } from '../../src/features/precision.js';
import { featureReader } from '../../src/features/reader.js';
import type { FeatureSpec } from '../../src/features/spec.js';
import { noCache } from '../../src/storage/cache.js';

test('only ResNets of convolutions and sums compute in int8, and only by onnxruntime on the processor', () => {
  for (const backbone of ['resnet18', 'resnet50', 'wide_resnet50_2']) {
    checkPrecision({ precision: 'int8', backbone }, 'onnx');
    for (const engine of ['wasm', 'webgpu', 'tensorflow', 'onnx:cuda'] as const) {
      assert.throws(() => checkPrecision({ precision: 'int8', backbone }, engine), {
        name: 'InputError',
        message: new RegExp(`not by ${engine}.*--engine onnx`, 's'),
      });
    }
  }
  for (const backbone of ['resnet50v2', 'dinov2_vits14']) {
    assert.throws(
      () => checkPrecision({ precision: 'int8', backbone }, 'onnx'),
      /Choose one of resnet18, resnet50, wide/,
    );
    checkPrecision({ precision: 'single', backbone }, 'webgpu');
  }
  const network = { layers: [] };
  assert.throws(() => checkPrecision({ precision: 'int8', backbone: 'resnet18', network }, 'onnx'), /cannot compute/);
});

const SPEC: FeatureSpec = {
  backbone: 'resnet18',
  layers: ['layer1'],
  weights: { kind: 'random', seed: 1 },
  preprocessing: { resize: 32, crop: 32, filter: 'bilinear' },
};

test('features in int8 are remembered apart from singles, and by what activations span', async () => {
  const origin = { engine: 'onnx', weightsSha256: 'x' } as const;
  const key = (spec: FeatureSpec): Promise<string> => featureKey(spec, origin, { path: 'package.json' });
  const int8 = { ...SPEC, precision: 'int8', spans: { stem: [0, 1] } } as const;
  const keys = await Promise.all([SPEC, int8, { ...int8, spans: { stem: [0, 2] as const } }].map(key));
  assert.equal(new Set(keys).size, 3);
  assert.equal(await key({ ...SPEC, precision: 'single' }), keys[0]);
});

test('nothing is read in int8 before activations were measured', async () => {
  const compute = { engine: 'onnx' } as Compute;
  await assert.rejects(featureReader({ compute, cache: noCache() }, { ...SPEC, precision: 'int8' }), {
    name: 'InputError',
    message: /set up by a fit only/,
  });
});
