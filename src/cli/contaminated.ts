import type { Category } from '../dataset/category.js';
import { leaveOut, readExclusions } from '../dataset/exclusions.js';
import { openCategory, openFolders } from '../dataset/layouts.js';
import { readManifest } from '../dataset/manifest.js';
import { SYSTEMS } from '../detector/systems.js';
import { InputError } from '../errors.js';
import { type EvaluateConfig, evaluateConfig } from '../experiment/config.js';
import type { MaskMode } from '../image/mask.js';
import { filterChoice, type MethodOptions, systemChoice } from './method-options.js';
import type { FeatureOptions, NoiseCliOptions } from './options.js';

/** Options that name a category, a method and the noise. */
export interface ContaminatedOptions extends FeatureOptions, MethodOptions, NoiseCliOptions {
  data?: string;
  category?: string;
  good?: string;
  mixed?: string;
  exclude?: string;
  maskMode?: MaskMode;
  seed: number;
}

/** The configuration a user set and the category it contaminates: what `evaluate` and `sweep` both start from. */
export async function contaminated(
  options: ContaminatedOptions,
): Promise<{ config: EvaluateConfig; category: Category }> {
  const { seed, maskMode, noise, overlap = false, noiseAugmentation: augmentation } = options;
  const choice = await systemChoice(options);
  const manifest = options.noiseManifest ? await readManifest(options.noiseManifest) : undefined;
  const repeat = options.repeatNoise ?? false;
  const contamination = { noise, overlap, augmentation, repeat, ...(manifest && { manifest }) };
  const filter = filterChoice(options, choice.features.backbone);
  const config = evaluateConfig({ ...choice, seed, filter, contamination, maskMode }, SYSTEMS);
  return { config, category: await withoutExcluded(await openGiven(options), options.exclude) };
}

/** The category a command names, by --data or by --good and --mixed. */
async function openGiven(
  options: Pick<ContaminatedOptions, 'data' | 'category' | 'good' | 'mixed'>,
): ReturnType<typeof openCategory> {
  if (options.data) return openCategory(options.data, options.category);
  if (options.good && options.mixed) return openFolders(options.good, options.mixed);
  throw new InputError('no images were named', 'Give --data DIR (with --category), or --good DIR and --mixed DIR');
}

/** The category without the training images on a list, if one is given. @throws InputError as {@link leaveOut}. */
export async function withoutExcluded(category: Category, list: string | undefined): Promise<Category> {
  if (list === undefined) return category;
  return { ...category, train: leaveOut(category.train, await readExclusions(list), list) };
}
