import { resnet } from '../../src/features/resnet.js';
import { createRandom } from '../../src/random.js';
import { type StoredTensor, writeSafetensors } from '../../src/storage/safetensors.js';

/** A folded resnet18 file up to layer 1; `change` may spoil it. */
export async function writeWeights(
  path: string,
  change: (tensors: Record<string, StoredTensor>) => void = () => undefined,
): Promise<void> {
  const random = createRandom(3);
  const tensors: Record<string, StoredTensor> = {};
  for (const step of resnet('resnet18', ['layer1']).steps) {
    if (step.op !== 'conv') continue;
    const shape = [step.channels.out, step.channels.in, step.size, step.size];
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal() * 0.05);
    tensors[step.weight] = { dtype: 'F32', shape, data };
    tensors[step.bias!] = { dtype: 'F32', shape: [step.channels.out], data: new Float32Array(step.channels.out) };
  }
  change(tensors);
  await writeSafetensors(path, tensors);
}
