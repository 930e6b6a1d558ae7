import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { importOnnxRuntime } from '../../src/engine/onnx.js';
import { dinov2 } from '../../src/features/dinov2.js';
import type { FeatureMap } from '../../src/features/forward.js';
import { createOnnxForward } from '../../src/features/onnx-forward.js';
import { loadParameters, type Parameters, randomParameters } from '../../src/features/parameters.js';
import { createTensorFlowForward } from '../../src/features/tensorflow-forward.js';
import { createRandom } from '../../src/random.js';
import { type StoredTensor, writeSafetensors } from '../../src/storage/safetensors.js';
import { temporaryFolder } from '../temporary.js';

/** PyTorch's values, by scripts/dinov2-golden.py: every fourth channel of the layer's patch tokens. */
interface Case {
  backbone: string;
  stored: number;
  side: number;
  layer: string;
  shape: [number, number];
  values: string;
}
const { cases } = JSON.parse(readFileSync('test/features/fixtures/dinov2.json', 'utf8')) as { cases: Case[] };

/** The script's values in [−1, 1): FNV-1a of the name as seed, murmur's finaliser of seed + index. */
function hashed(name: string, count: number): Float64Array {
  let seed = 0x811c9dc5;
  for (const byte of Buffer.from(name)) seed = Math.imul(seed ^ byte, 0x01000193);
  const out = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let x = (Math.imul(i, 0x9e3779b1) + seed) | 0;
    x ^= x >>> 16;
    x = Math.imul(x, 0x85ebca6b);
    x ^= x >>> 13;
    x = Math.imul(x, 0xc2b2ae35);
    x ^= x >>> 16;
    out[i] = (x >>> 0) / 2 ** 31 - 1;
  }
  return out;
}

/** The script's rule for a parameter. */
function rule(name: string, shape: readonly number[]): StoredTensor {
  const count = shape.reduce((product, side) => product * side, 1);
  const fan = count / shape[0];
  const value = (own: number): number => {
    if (name.endsWith('gamma')) return 0.5 + 0.2 * own;
    if (name.includes('norm') && name.endsWith('weight')) return 1 + 0.2 * own;
    if (name.endsWith('weight')) return (own * 1.7) / Math.sqrt(fan);
    return (name.endsWith('bias') ? 0.1 : 0.5) * own;
  };
  return { dtype: 'F32', shape, data: Float32Array.from(hashed(name, count), value) };
}

/** A weight file's tensors with the authors' names or, for registers, timm's: positions of the class token in the token itself. */
function tensorsOf({ backbone, stored, side, layer }: Case, timm: boolean): Record<string, StoredTensor> {
  const network = dinov2(backbone, [layer], side);
  const tensors: Record<string, StoredTensor> = {};
  const put = (name: string, shape: number[]): void => {
    tensors[name] = rule(name, shape);
  };
  for (const step of network.steps) {
    if (step.op === 'tokens') {
      const { channels, patch, registers } = step;
      put('patch_embed.proj.weight', [channels, 3, patch, patch]);
      put('patch_embed.proj.bias', [channels]);
      put('cls_token', [1, 1, channels]);
      put('pos_embed', [1, 1 + stored * stored, channels]);
      if (registers > 0) put('register_tokens', [1, registers, channels]);
      if (timm && registers > 0) {
        const positions = tensors.pos_embed.data as Float32Array;
        (tensors.cls_token.data as Float32Array).forEach((value, c, all) => {
          all[c] = value + positions[c];
        });
        tensors.pos_embed = { dtype: 'F32', shape: [1, stored * stored, channels], data: positions.slice(channels) };
        tensors.reg_token = tensors.register_tokens;
        delete tensors.register_tokens;
      }
    } else if (step.op === 'layernorm') {
      put(step.weight, [step.channels]);
      put(step.bias, [step.channels]);
    } else if (step.op === 'linear') {
      put(step.weight, [step.channels.out, step.channels.in]);
      put(step.bias, [step.channels.out]);
      if (step.scale) put(step.scale, [step.channels.out]);
    }
  }
  return tensors;
}

/** The script's image, channels last. */
function image(side: number): Float32Array {
  const planes = hashed('image', 3 * side * side);
  return Float32Array.from({ length: 3 * side * side }, (_, i) => planes[(i % 3) * side * side + Math.floor(i / 3)]);
}

function assertGolden({ shape: [count, kept], values, side }: Case, map: FeatureMap, library: string): void {
  const golden = new Float32Array(new Uint8Array(Buffer.from(values, 'base64')).buffer);
  assert.deepEqual([map.height * map.width, map.width, map.channels], [count, side / 14, 4 * kept]);
  let [most, scale] = [0, 0];
  for (const [i, value] of golden.entries()) {
    const own = map.data[Math.floor(i / kept) * map.channels + 4 * (i % kept)];
    most = Math.max(most, Math.abs(own - value));
    scale = Math.max(scale, Math.abs(value));
  }
  assert.ok(most / scale < 1e-5, `${library}: ${most / scale}`);
}

for (const [at, own] of cases.entries()) {
  const { backbone, stored, side, layer } = own;
  test(`${backbone} gives PyTorch's ${layer} at ${side} px from positions of ${stored}² patches`, async (context) => {
    const path = join(await temporaryFolder(context), 'dinov2.safetensors');
    await writeSafetensors(path, tensorsOf(own, at % 2 === 1));
    const network = dinov2(backbone, [layer], side);
    const parameters = await loadParameters(network, path);
    const onnx = await createOnnxForward(await importOnnxRuntime(), network, parameters, side);
    assertGolden(own, (await onnx.forward(image(side), side))[0], onnx.library);
    await onnx.dispose();
    const tensorflow = await createTensorFlowForward(network, parameters);
    assertGolden(own, (await tensorflow.forward(image(side), side))[0], tensorflow.library);
    await tensorflow.dispose();
  });
}

test('random DINOv2 weights give finite, varied maps', async () => {
  const network = dinov2('dinov2_vits14', ['block1', 'block2'], 28);
  const parameters: Parameters = randomParameters(network, createRandom(1));
  const forward = await createOnnxForward(await importOnnxRuntime(), network, parameters, 28);
  for (const { data, width } of await forward.forward(image(28), 28)) {
    assert.equal(width, 2);
    assert.ok(data.every(Number.isFinite));
    assert.ok(new Set(data).size > 1000);
  }
  await forward.dispose();
});

test('a side that is no multiple of 14, an unknown block and another file each have a sentence', async (context) => {
  assert.throws(() => dinov2('dinov2_vits14', ['block12'], 256), /patches of 14 px, .*Give --crop 252/);
  assert.throws(() => dinov2('dinov2_vits14', ['block13'], 224), /no layer "block13".*block9-12/);
  assert.throws(() => dinov2('dinov2_vits14', ['layer2'], 224), /no layer "layer2"/);
  const path = join(await temporaryFolder(context), 'small.safetensors');
  await writeSafetensors(path, tensorsOf({ ...cases[3], layer: 'block1' }, false));
  await assert.rejects(
    loadParameters(dinov2('dinov2_vitb14', ['block1'], 28), path),
    /patch_embed.proj.weight.*needs \[768,3,14,14\]/,
  );
});
