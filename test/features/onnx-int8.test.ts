import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { importOnnxRuntime } from '../../src/engine/onnx.js';
import { parseOnnx } from '../../src/engine/onnx-file.js';
import { IMAGE, type Network } from '../../src/features/network.js';
import { channelsFirst, createOnnxForward } from '../../src/features/onnx-forward.js';
import { addInt8Network } from '../../src/features/onnx-int8.js';
import { type AddNetwork, onnxModel } from '../../src/features/onnx-model.js';
import { SPANS, spannedActivations, spansModel } from '../../src/features/onnx-spans.js';
import { type Parameters, randomParameters } from '../../src/features/parameters.js';
import { byteScale, wholeKernel } from '../../src/features/quantize.js';
import { resnet } from '../../src/features/resnet.js';
import { joinSpans } from '../../src/features/spans-task.js';
import type { Span, Spans } from '../../src/features/spec.js';
import { createRandom } from '../../src/random.js';
import { relativeError } from '../shared.js';

const runtime = await importOnnxRuntime();

/** To the nearest, halves to even, as processors round. */
function halfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest === 0.5) return below + (below % 2 === 0 ? 0 : 1);
  return rest > 0.5 ? below + 1 : below;
}

const byte = (value: number): number => Math.min(255, Math.max(0, value));

test('a convolution in 8 bits is one in whole numbers', async () => {
  const [side, out, size] = [6, 5, 3];
  const conv = (output: string) => ({
    ...({ op: 'conv', input: IMAGE, output, weight: '', channels: { in: 3, out }, size, stride: 2 } as const),
    relu: false,
  });
  const network: Network = {
    backbone: 'two convolutions',
    steps: [conv('a'), conv('b'), { op: 'add', input: 'a', other: 'b', output: 'sum', relu: true }],
    outputs: [{ layer: 'sum', output: 'sum', channels: out, stride: 2 }],
  };
  const random = createRandom(4);
  const normals = (n: number, by: number): Float32Array => Float32Array.from({ length: n }, () => random.normal() * by);
  const parameters: Parameters = new Map(
    ['a', 'b'].map((name) => [name, { weight: normals(out * 3 * size ** 2, 0.3), bias: normals(out, 0.5) }]),
  );
  // Narrower than the values, so that some are cut off at either end.
  const spans: Spans = { [IMAGE]: [-2, 2.5], a: [-1.5, 3], b: [-3, 1.5], sum: [0, 4] };
  const image = normals(side * side * 3, 1.5);

  const input = byteScale(spans[IMAGE]);
  const bytes = image.map((value) => byte(halfEven(Math.fround(value / input.scale)) + input.zero));
  const half = side / 2;
  const wanted = new Float32Array(half * half * out);
  let cut = 0;
  for (const name of ['a', 'b']) {
    const { weight, bias } = parameters.get(name)!;
    const whole = wholeKernel(weight!, bias, input.scale);
    const { scale, zero } = byteScale(spans[name]);
    for (let y = 0; y < half; y++) {
      for (let x = 0; x < half; x++) {
        for (let c = 0; c < out; c++) {
          let sum = whole.bias[c];
          for (let from = 0; from < 3; from++) {
            for (let dy = 0; dy < size; dy++) {
              for (let dx = 0; dx < size; dx++) {
                const [row, column] = [2 * y + dy - 1, 2 * x + dx - 1];
                if (row < 0 || column < 0 || row >= side || column >= side) continue;
                const difference = bytes[(row * side + column) * 3 + from] - input.zero;
                sum += difference * whole.weight[((c * 3 + from) * size + dy) * size + dx];
              }
            }
          }
          const factor = Math.fround(Math.fround(input.scale * whole.scales[c]) / scale);
          const raw = halfEven(Math.fround(sum * factor)) + zero;
          if (raw !== byte(raw)) cut++;
          wanted[(y * half + x) * out + c] += (byte(raw) - zero) * scale;
        }
      }
    }
  }
  assert.ok(cut > 0);
  const forward = await createOnnxForward(runtime, network, parameters, side, {
    add: (graph, own, values) => addInt8Network(graph, own, values, spans),
  });
  const [{ data }] = await forward.forward(image, side);
  await forward.dispose();
  for (const [i, value] of wanted.entries()) {
    assert.ok(Math.abs(data[i] - Math.max(0, value)) < 1e-5, `${i}: ${data[i]}, by hand ${value}`);
  }
});

/** The spans of a network over some inputs. */
async function spansOf(network: Network, parameters: Parameters, images: Float32Array[], side: number): Promise<Spans> {
  const session = await runtime.InferenceSession.create(spansModel(network, parameters, side), {});
  const found: Float32Array[] = [];
  for (const image of images) {
    const feeds = { [IMAGE]: new runtime.Tensor('float32', channelsFirst(image, side), [1, 3, side, side]) };
    found.push((await session.run(feeds))[SPANS].data);
  }
  await session.release();
  const ends = joinSpans(found);
  const named = spannedActivations(network).map((name, i): [string, Span] => [
    name,
    [Math.min(0, ends[2 * i]), Math.max(0, ends[2 * i + 1])],
  ]);
  return { ...Object.fromEntries(named), [IMAGE]: [-3, 3] };
}

for (const backbone of ['resnet18', 'resnet50', 'wide_resnet50_2']) {
  test(`${backbone} in 8 bits runs on integer kernels and stays near its singles`, async () => {
    const side = 32;
    const network = resnet(backbone, ['layer1', 'layer2']);
    const parameters = randomParameters(network, createRandom(1));
    const random = createRandom(2);
    const images = [0, 1].map(() => Float32Array.from({ length: 3 * side * side }, () => random.normal() * 0.9));
    const spans = await spansOf(network, parameters, images, side);
    const add: AddNetwork = (graph, own, values) => addInt8Network(graph, own, values, spans);

    const folder = await mkdtemp(join(tmpdir(), 'softpatch-int8-'));
    const path = join(folder, 'optimized.onnx');
    const session = await runtime.InferenceSession.create(onnxModel(network, parameters, side, add), {
      optimizedModelFilePath: path,
      logSeverityLevel: 3,
    });
    await session.release();
    const { graph } = parseOnnx(path, await readFile(path));
    await rm(folder, { recursive: true });
    const count = (type: string): number => graph.node.filter(({ opType }) => opType === type).length;
    assert.equal(count('QLinearConv'), network.steps.filter(({ op }) => op === 'conv').length);
    assert.equal(count('Conv') + count('FusedConv'), 0);

    const [single, int8] = await Promise.all(
      [undefined, add].map((own) => createOnnxForward(runtime, network, parameters, side, { add: own })),
    );
    const wanted = await single.forward(images[1], side);
    const found = await int8.forward(images[1], side);
    assert.deepEqual(await int8.forward(images[1], side), found);
    for (const [i, { data }] of wanted.entries()) {
      const error = relativeError(found[i].data, data);
      assert.ok(error > 1e-4 && error < 0.08, `layer ${i}: ${error}`);
    }
    await Promise.all([single, int8].map((forward) => forward.dispose()));
  });
}

test('what has no form in 8 bits, and an activation without a span, are refused', () => {
  const refused = (backbone: string, spans: Spans): void => {
    const network = resnet(backbone, ['layer1']);
    const parameters = randomParameters(network, createRandom(0));
    onnxModel(network, parameters, 32, (graph, own, values) => addInt8Network(graph, own, values, spans));
  };
  assert.throws(() => refused('resnet50v2', { [IMAGE]: [-1, 1] }), /no norm in 8 bits/);
  assert.throws(() => refused('resnet18', { [IMAGE]: [-1, 1] }), /no span of stem/);
});
