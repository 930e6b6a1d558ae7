import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors.js';
import { type DownloadOptions, download, type Source } from '../storage/download.js';
import { deepestLayers, nativeNetwork } from './native-network.js';
import { loadParameters } from './parameters.js';
import type { WeightSource } from './spec.js';

/** Where users keep weight files. */
export const WEIGHTS_FOLDER = 'data/weights';

/** timm's exports of torchvision's ImageNet-1k V1 weights (BSD-3-Clause) carry torchvision's parameter names. */
const timm = (name: string): Source[] => hugging(`${name}.tv_in1k`);

/** timm's copies of the authors' DINOv2 weights (Apache-2.0), their parameter names kept but for registers. */
const dinov2 = (name: string): Source[] => hugging(`${name}.lvd142m`);

function hugging(name: string): Source[] {
  return ['https://huggingface.co', 'https://hf-mirror.com'].map((host) => ({
    url: `${host}/timm/${name}/resolve/main/model.safetensors`,
  }));
}

/** Known sources of each backbone's weights, tried in order. */
export const WEIGHT_SOURCES: Readonly<Record<string, readonly Source[]>> = {
  resnet18: timm('resnet18'),
  resnet50: timm('resnet50'),
  wide_resnet50_2: timm('wide_resnet50_2'),
  dinov2_vits14: dinov2('vit_small_patch14_dinov2'),
  dinov2_vits14_reg: dinov2('vit_small_patch14_reg4_dinov2'),
  dinov2_vitb14: dinov2('vit_base_patch14_dinov2'),
  dinov2_vitb14_reg: dinov2('vit_base_patch14_reg4_dinov2'),
};

/** Path of a backbone's weight file in a folder. */
export function weightPath(backbone: string, folder: string = WEIGHTS_FOLDER): string {
  return join(folder, `${backbone}.safetensors`);
}

/**
 * The weights to use: a file given, else one found in `data/weights`, else seeded random ones.
 * @param given a path, or `random`.
 */
export function findWeights(backbone: string, given?: string, seed = 0): WeightSource {
  if (given === 'random') return { kind: 'random', seed };
  if (given !== undefined) return { kind: 'file', path: given };
  return weightsIn(WEIGHTS_FOLDER, backbone, seed);
}

/** A backbone's weights in a folder, seeded random ones where it has none. */
export function weightsIn(folder: string, backbone: string, seed = 0): WeightSource {
  const found = weightPath(backbone, folder);
  return existsSync(found) ? { kind: 'file', path: found } : { kind: 'random', seed };
}

/**
 * Downloads a backbone's weights and checks the tensors it begins with (of DINOv2 all) before the file takes its name.
 * @param sources further sources, tried before the known ones.
 * @throws InputError when no source delivers.
 */
export async function fetchWeights(
  backbone: string,
  target: string,
  sources: readonly Source[],
  options: DownloadOptions = {},
): Promise<void> {
  const network = nativeNetwork(backbone, deepestLayers(backbone));
  const all = [...sources, ...(WEIGHT_SOURCES[backbone] ?? [])];
  if (all.length === 0) throw new InputError(`no source of ${backbone} is known`, 'Give one with --source URL');
  const verify = async (path: string): Promise<void> => {
    await loadParameters(network, path);
  };
  await download(all, target, { verify, ...options });
}
