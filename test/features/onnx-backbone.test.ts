import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { parseOnnx } from '../../src/engine/onnx-file.js';
import { InputError } from '../../src/errors.js';
import { createEmbedder } from '../../src/features/embedder.js';
import { featureKey } from '../../src/features/feature-key.js';
import { inspectOnnx } from '../../src/features/inspect-onnx.js';
import { layerShapes, patchGrid } from '../../src/features/layers.js';
import { onnxBackbone } from '../../src/features/onnx-backbone.js';
import { cutTo } from '../../src/features/onnx-network.js';
import type { FeatureSpec } from '../../src/features/spec.js';
import { weightsIdentity } from '../../src/features/weights-identity.js';
import { floatFromHalf, halvesFromFloats } from '../../src/storage/half.js';
import { temporaryFolder } from '../temporary.js';
import { halfNetwork, noise, sampleNetwork, withExternal } from './onnx-sample.js';

const USUAL = { resize: 40, crop: 32, filter: 'bilinear' } as const;

async function saved(context: TestContext, bytes: Uint8Array, name = 'network.onnx'): Promise<string> {
  const path = join(await temporaryFolder(context), name);
  await writeFile(path, bytes);
  return path;
}

async function specOf(path: string, layers?: string[]): Promise<FeatureSpec> {
  return onnxBackbone(path, { layers, usual: USUAL });
}

/** An image [side × side × 3] of noise. */
const image = (side = 32): Float32Array => noise(side * side * 3, 9);

/** `shallow` of the sample at row y, column x, channel c, by hand. */
function shallow(pixels: Float32Array, side: number, weights: Float32Array, [y, x, c]: number[]): number {
  let sum = 0;
  for (let k = 0; k < 3; k++) {
    for (let i = 0; i < 4; i++) {
      for (let j = 0; j < 4; j++) {
        sum += pixels[((4 * y + i) * side + 4 * x + j) * 3 + k] * weights[((c * 3 + k) * 4 + i) * 4 + j];
      }
    }
  }
  return Math.max(0, sum);
}

test('an ONNX network gives its maps and its tokens without the class token, on the same grid', async (context) => {
  const path = await saved(context, sampleNetwork({ extra: 3 }));
  const spec = await specOf(path, ['shallow', 'tokens', 'deep']);
  assert.deepEqual(layerShapes(spec), [
    { layer: 'shallow', channels: 8, side: 8 },
    { layer: 'tokens', channels: 8, side: 8 },
    { layer: 'deep', channels: 16, side: 4 },
  ]);
  assert.deepEqual(patchGrid(spec), { side: 8, positions: 64 });
  assert.deepEqual(
    spec.network!.layers.map(({ form, others }) => [form, others]),
    [
      ['channels-first', 0],
      ['tokens', 3],
      ['channels-first', 0],
    ],
  );
  const embedder = await createEmbedder(spec, 'onnx');
  const pixels = image();
  const [map, tokens] = await embedder.forward(pixels, 32);
  const weights = noise(8 * 48, 1);
  for (const place of [
    [0, 0, 0],
    [3, 5, 7],
    [7, 7, 2],
  ]) {
    const expected = shallow(pixels, 32, weights, place);
    const at = (place[0] * 8 + place[1]) * 8 + place[2];
    assert.ok(Math.abs(map.data[at] - expected) < 1e-5);
    assert.equal(tokens.data[at], map.data[at]);
  }
  assert.equal(embedder.embed(await embedder.forward(pixels, 32)).length, 64 * 1024);
  await embedder.dispose();
});

test('what no wanted layer needs is cut away', async (context) => {
  const path = await saved(context, sampleNetwork());
  const { graph } = await cutTo({ kind: 'file', path }, ['shallow']);
  assert.deepEqual(
    graph.node.map(({ output }) => output[0]),
    ['conv1', 'shallow'],
  );
  assert.deepEqual(
    graph.initializer.map(({ name }) => name),
    ['w1'],
  );
});

test('half-precision networks run, from and to single precision', async (context) => {
  const bits = halvesFromFloats(noise(4 * 48, 5));
  const path = await saved(context, halfNetwork(bits));
  const spec = await specOf(path);
  const embedder = await createEmbedder(spec, 'onnx');
  const pixels = image();
  const [map] = await embedder.forward(pixels, 32);
  const weights = Float32Array.from(bits, floatFromHalf);
  for (const [y, x, c] of [
    [0, 1, 0],
    [6, 2, 3],
  ]) {
    const expected = shallow(pixels, 32, weights, [y, x, c]);
    assert.ok(Math.abs(map.data[(y * 8 + x) * 4 + c] - expected) < 5e-3, 'to half precision');
  }
  await embedder.dispose();
});

test('weights beside a network are read and are part of its identity', async (context) => {
  const { network, weights } = withExternal(sampleNetwork(), 'network.data');
  const path = await saved(context, network);
  await assert.rejects(
    specOf(path),
    /keeps its weights in .*network\.data, which cannot be opened: there is no such file/,
  );
  const beside = join(path, '..', 'network.data');
  await writeFile(beside, weights.subarray(0, 100));
  await assert.rejects(specOf(path), /ends before the weights/);
  await writeFile(beside, weights);
  const spec = await specOf(path);
  const before = await weightsIdentity(spec);
  const whole = await createEmbedder(await specOf(await saved(context, sampleNetwork())), 'onnx');
  const apart = await createEmbedder(spec, 'onnx');
  assert.deepEqual((await apart.forward(image(), 32))[0].data, (await whole.forward(image(), 32))[0].data);
  await writeFile(
    beside,
    weights.map((byte, i) => (i === 40 ? byte ^ 1 : byte)),
  );
  assert.notEqual(await weightsIdentity(spec), before);
  await apart.dispose();
  await whole.dispose();
  const outside = await saved(context, withExternal(sampleNetwork(), '../secret').network);
  await assert.rejects(specOf(outside), /is not beside it/);
});

test('preprocessing comes from the options, the JSON beside, the side it was exported for, in this order', async (context) => {
  const path = await saved(context, sampleNetwork({ input: [1, 3, 24, 24] }));
  assert.deepEqual((await specOf(path)).preprocessing, { resize: 24, crop: 24, filter: 'bilinear' });
  const beside = join(path, '..', 'network.json');
  await writeFile(
    beside,
    '{ "mean": [0.5, 0.5, 0.5], "std": [0.25, 0.5, 1], "side": 28, "crop": 24, "filter": "bicubic" }',
  );
  const own = { resize: 28, crop: 24, filter: 'bicubic', mean: [0.5, 0.5, 0.5], deviation: [0.25, 0.5, 1] } as const;
  const spec = await specOf(path);
  assert.deepEqual(spec.preprocessing, own);
  const set = await onnxBackbone(path, { usual: USUAL, preprocessing: { resize: 30, mean: [0, 0, 0] } });
  assert.deepEqual(set.preprocessing, { ...own, resize: 30, mean: [0, 0, 0] });
  const picture = { path: beside };
  const origin = { engine: 'onnx', weightsSha256: 'x' } as const;
  assert.notEqual(await featureKey(spec, origin, picture), await featureKey(set, origin, picture));
  const other = { ...spec, network: { layers: spec.network!.layers.map((layer) => ({ ...layer, others: 1 })) } };
  assert.notEqual(await featureKey(spec, origin, picture), await featureKey(other, origin, picture));
  await assert.rejects(
    onnxBackbone(path, { usual: USUAL, preprocessing: { crop: 28 } }),
    /takes images of 24 × 24 px, not 28/,
  );
  await writeFile(beside, '{ "means": 1 }');
  await assert.rejects(specOf(path), /network\.json: it: .*means/);
  await writeFile(beside, '{');
  await assert.rejects(specOf(path), /network\.json is no JSON/);
});

test('every way in which a network cannot be used has a sentence', async (context) => {
  const bytes = sampleNetwork();
  const path = await saved(context, bytes);
  const refused = async (file: string | Promise<string>, message: RegExp, layers?: string[]): Promise<void> => {
    await assert.rejects(specOf(await file, layers), (error) => {
      assert.ok(error instanceof InputError);
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /\n/);
      return true;
    });
  };
  await refused(path, /has no value "depe"; its outputs are deep, logits\. Name others with --layers/, ['depe']);
  await refused(path, /"logits" is \[1 × 5\], neither a square map nor tokens/, ['deep', 'logits']);
  assert.deepEqual((await specOf(path)).layers, ['deep'], 'unasked, outputs that cannot be read are left out');
  const odd = await saved(context, sampleNetwork({ extra: 20 }));
  await refused(odd, /"tokens" is \[1 × 84 × 8\], 84 tokens, which make no square grid over 32 px/, ['tokens']);
  await refused(saved(context, sampleNetwork({ input: ['n', 'c', 'h', 'w'] })), /its channels left open/);
  await refused(saved(context, sampleNetwork({ input: ['n', 1, 'h', 'w'] })), /is \[n × 1 × h × w\], not/);
  await refused(saved(context, sampleNetwork({ input: [4, 3, 'h', 'w'] })), /takes 4 images at a time/);
  await refused(saved(context, sampleNetwork({ input: [1, 3, 32, 64] })), /images of 64 × 32 px/);
  await refused(saved(context, bytes.subarray(0, bytes.length - 40)), /no ONNX model or is damaged/);
  await refused(saved(context, new TextEncoder().encode('<html>not found</html>')), /no ONNX model/);
  await refused(saved(context, new Uint8Array()), /no network in it/);
  await refused('missing/network.onnx', /cannot read the network missing\/network\.onnx: there is no such file/);
  const model = parseOnnx('sample', bytes);
  model.graph.node[0].opType = 'Convolve';
  const { onnxBytes } = await import('../../src/engine/onnx-file.js');
  await refused(saved(context, onnxBytes(model)), /onnxruntime cannot run .*Convolve/, ['deep']);
});

test('inspecting lists what can be read with shapes, and what would be sensible', async (context) => {
  const path = await saved(context, sampleNetwork());
  const found = await inspectOnnx(path, 32);
  assert.deepEqual(found.outputs, [
    { name: 'deep', shape: [1, 16, 4, 4] },
    { name: 'logits', shape: [1, 5] },
  ]);
  assert.equal(found.fixedSide, null);
  const names = found.values.map(({ layer }) => layer);
  for (const name of ['shallow', 'deep', 'tokens']) assert.ok(names.includes(name), name);
  assert.ok(!names.includes('logits'));
  assert.deepEqual(found.suggestion, ['tokens'], 'with a class token in front: a transformer');
  const maps = await inspectOnnx(await saved(context, sampleNetwork({ extra: 20 })), 32);
  assert.deepEqual(maps.suggestion, ['deep'], 'the last value of the grid nearest to an eighth of the image');
});
