import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { loadParameters, randomParameters } from '../../src/features/parameters.js';
import { resnet } from '../../src/features/resnet.js';
import { createRandom } from '../../src/random.js';
import { type StoredTensor, writeSafetensors } from '../../src/storage/safetensors.js';
import { temporaryFolder } from '../temporary.js';

test('loadParameters folds batch norm: w·γ/√(σ² + ε) and β − μ·γ/√(σ² + ε); a folded file is taken as it is', async (t) => {
  const folder = await temporaryFolder(t);
  const random = createRandom(5);
  const network = resnet('resnet18', ['layer1']);
  const separate: Record<string, StoredTensor> = {};
  const folded: Record<string, StoredTensor> = {};
  for (const step of network.steps) {
    if (step.op !== 'conv' || !step.norm) continue;
    const { in: from, out } = step.channels;
    const shape = [out, from, step.size, step.size];
    const draw = (n: number, low: number, high: number): Float32Array =>
      Float32Array.from({ length: n }, () => random.uniform(low, high));
    const weight = draw(out * from * step.size ** 2, -1, 1);
    const norm = {
      mean: draw(out, -1, 1),
      variance: draw(out, 0.5, 2),
      gamma: draw(out, -1, 1),
      beta: draw(out, -1, 1),
    };
    separate[step.weight] = { dtype: 'F32', shape, data: weight };
    for (const part of ['mean', 'variance', 'gamma', 'beta'] as const) {
      separate[step.norm[part]] = { dtype: 'F32', shape: [out], data: norm[part] };
    }
    const factor = (c: number): number => norm.gamma[c] / Math.sqrt(norm.variance[c] + 1e-5);
    const each = weight.length / out;
    folded[step.weight] = { dtype: 'F32', shape, data: weight.map((value, i) => value * factor(Math.floor(i / each))) };
    folded[step.bias!] = {
      dtype: 'F32',
      shape: [out],
      data: norm.beta.map((value, c) => value - norm.mean[c] * factor(c)),
    };
  }
  await writeSafetensors(join(folder, 'separate'), separate);
  await writeSafetensors(join(folder, 'folded'), folded);
  const [a, b] = [
    await loadParameters(network, join(folder, 'separate')),
    await loadParameters(network, join(folder, 'folded')),
  ];
  assert.equal(a.size, 5);
  for (const [name, { weight, bias }] of a) {
    const other = b.get(name)!;
    weight!.forEach((value, i) => {
      assert.ok(Math.abs(value - other.weight![i]) < 1e-6);
    });
    bias.forEach((value, i) => {
      assert.ok(Math.abs(value - other.bias[i]) < 1e-6);
    });
  }
});

test('randomParameters repeats for a seed and keeps activations in range', () => {
  const network = resnet('resnet50', ['layer2']);
  const [a, b, c] = [1, 1, 2].map((seed) => randomParameters(network, createRandom(seed)));
  assert.deepEqual(a, b);
  assert.notDeepEqual(a, c);
  for (const { weight } of a.values()) assert.ok(weight === undefined || weight.every((value) => Math.abs(value) < 1));
});

test('resnet truncates after the deepest layer asked for and knows its widths', () => {
  const steps = (layers: string[]): number => resnet('wide_resnet50_2', layers).steps.length;
  assert.ok(steps(['layer1']) < steps(['layer2']) && steps(['layer2']) < steps(['layer2', 'layer3']));
  const widths = (name: string): number[] =>
    resnet(name, ['layer1', 'layer2', 'layer3']).outputs.map(({ channels }) => channels);
  assert.deepEqual(widths('resnet18'), [64, 128, 256]);
  assert.deepEqual(widths('wide_resnet50_2'), [256, 512, 1024]);
  assert.deepEqual(resnet('resnet50v2', ['layer2']).outputs[0], {
    layer: 'layer2',
    output: 'stage3_batchnorm0.out',
    channels: 512,
    stride: 8,
  });
  assert.throws(() => resnet('vgg', ['layer1']), /no backbone "vgg"/);
  assert.throws(() => resnet('resnet18', []), /no layer was asked for/);
});
