import assert from 'node:assert/strict';
import test from 'node:test';
import { loadOnnxRuntime } from '../../src/engine/onnx.js';
import { createEmbedding, layerMaps } from '../../src/features/embedding.js';
import type { FeatureMap, Forward } from '../../src/features/forward.js';
import { createOnnxForward } from '../../src/features/onnx-forward.js';
import { loadParameters, randomParameters } from '../../src/features/parameters.js';
import { resnet } from '../../src/features/resnet.js';
import { createTensorFlowForward } from '../../src/features/tensorflow-forward.js';
import { decodeRgb } from '../../src/image/codec.js';
import { normalise, PATCHCORE_PREPROCESSING, resizeAndCrop } from '../../src/image/preprocess.js';
import { createRandom } from '../../src/random.js';
import { GOLDEN, needs, openGolden, relativeError, shared } from '../shared.js';

const WEIGHTS = 'weights/resnet18.safetensors';

function channelsFirst({ height, width, channels, data }: FeatureMap): Float32Array {
  const area = height * width;
  return Float32Array.from(data, (_, i) => data[(i % area) * channels + Math.floor(i / area)]);
}

async function bothLibraries(backbone: string, layers: string[], side: number): Promise<Forward[]> {
  const network = resnet(backbone, layers);
  const parameters = randomParameters(network, createRandom(1));
  const runtime = await loadOnnxRuntime();
  assert.ok(runtime, 'onnxruntime-node is a development dependency');
  return [
    await createTensorFlowForward(network, parameters),
    await createOnnxForward(runtime, network, parameters, side),
  ];
}

test('both libraries give the golden features and embedding from the image file', needs(GOLDEN, WEIGHTS), async () => {
  const golden = await openGolden();
  const network = resnet('resnet18', ['layer2', 'layer3']);
  const parameters = await loadParameters(network, shared(WEIGHTS));
  const image = normalise(resizeAndCrop(await decodeRgb(golden.test[0]), PATCHCORE_PREPROCESSING));
  const runtime = await loadOnnxRuntime();
  const forwards = [
    await createTensorFlowForward(network, parameters),
    await createOnnxForward(runtime!, network, parameters, 224),
  ];
  for (const forward of forwards) {
    const maps = await forward.forward(image, 224);
    const layer2 = relativeError(channelsFirst(maps[0]), await golden.floats('features.layer2.query0'));
    const layer3 = relativeError(channelsFirst(maps[1]), await golden.floats('features.layer3.query0'));
    const rows = createEmbedding(layerMaps([128, 256]))(maps);
    const embedding = relativeError(rows, await golden.floats('embedding.query0'));
    for (const [what, error] of Object.entries({ layer2, layer3, embedding })) {
      assert.ok(error < 1e-4, `${forward.library} ${what}: relative error ${error}`);
    }
    await forward.dispose();
  }
  await golden.close();
});

for (const backbone of ['resnet18', 'resnet50', 'wide_resnet50_2', 'resnet50v2']) {
  test(`TensorFlow.js and onnxruntime agree on ${backbone}`, async () => {
    const [tensorflow, onnx] = await bothLibraries(backbone, ['layer1', 'layer2'], 64);
    const random = createRandom(2);
    const image = Float32Array.from({ length: 64 * 64 * 3 }, () => random.normal());
    const expected = await tensorflow.forward(image, 64);
    const actual = await onnx.forward(image, 64);
    expected.forEach((map, i) => {
      assert.deepEqual([actual[i].height, actual[i].width, actual[i].channels], [map.height, map.width, map.channels]);
      assert.ok(relativeError(actual[i].data, map.data) < 1e-4);
    });
    await tensorflow.dispose();
    await onnx.dispose();
  });
}

test('both libraries agree on real resnet50v2 weights', needs('weights/resnet50v2.safetensors'), async () => {
  const network = resnet('resnet50v2', ['layer2', 'layer3.raw']);
  const parameters = await loadParameters(network, shared('weights/resnet50v2.safetensors'));
  const random = createRandom(4);
  const image = Float32Array.from({ length: 64 * 64 * 3 }, () => random.normal());
  const tensorflow = await createTensorFlowForward(network, parameters);
  const onnx = await createOnnxForward((await loadOnnxRuntime())!, network, parameters, 64);
  const expected = await tensorflow.forward(image, 64);
  const actual = await onnx.forward(image, 64);
  assert.deepEqual(
    expected.map(({ channels }) => channels),
    [512, 1024],
  );
  expected.forEach((map, i) => {
    assert.ok(relativeError(actual[i].data, map.data) < 1e-4);
  });
  const missing = loadParameters(resnet('resnet50v2', ['layer3']), shared('weights/resnet50v2.safetensors'));
  await assert.rejects(missing, /has no tensor "stage4_batchnorm0/);
});
