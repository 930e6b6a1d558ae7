import type { Category, Sample } from '../dataset/category.js';
import { leaveOut, readExclusions } from '../dataset/exclusions.js';
import { openCategory, openFolders } from '../dataset/layouts.js';
import { readManifest } from '../dataset/manifest.js';
import type { Settings } from '../detector/system.js';
import { SYSTEMS } from '../detector/systems.js';
import { InputError } from '../errors.js';
import { type EvaluateConfig, evaluateConfig } from '../experiment/config.js';
import { weightsIdentity } from '../features/weights-identity.js';
import type { MaskMode } from '../image/mask.js';
import { refuseIdleSwitches } from './ignored-switches.js';
import { filterChoice, type MethodOptions, systemChoice } from './method-options.js';
import type { FeatureOptions, NoiseCliOptions } from './options.js';
import type { RunDescription } from './run-record.js';

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

/**
 * The configuration a user set and the category it contaminates: what `evaluate` and `sweep` both start from.
 * @param points switches that a sweep varies.
 */
export async function contaminated(
  options: ContaminatedOptions,
  points: readonly Settings[] = [{}],
): Promise<{ config: EvaluateConfig; category: Category }> {
  const { seed, maskMode, noise, overlap = false, noiseAugmentation: augmentation } = options;
  const choice = await systemChoice(options);
  const manifest = options.noiseManifest ? await readManifest(options.noiseManifest) : undefined;
  const repeat = options.repeatNoise ?? false;
  const contamination = { noise, overlap, augmentation, repeat, ...(manifest && { manifest }) };
  const filter = filterChoice(options, choice.features.backbone);
  const config = evaluateConfig({ ...choice, seed, filter, contamination, maskMode }, SYSTEMS);
  const settings = points.map((point) => ({ ...config.settings, ...point }));
  refuseIdleSwitches(config.method, Object.keys({ ...choice.settings, ...points[0] }), settings);
  return { config, category: await withoutExcluded(await openGiven(options), options.exclude) };
}

/** What a run of `evaluate` or `sweep` was, for its record. */
export function contaminatedRun(
  { noiseManifest, exclude }: Pick<ContaminatedOptions, 'noiseManifest' | 'exclude'>,
  config: EvaluateConfig,
  { name, train, test }: Category,
): Required<Pick<RunDescription, 'images' | 'files'>> & { configuration: { category: string } & EvaluateConfig } {
  const paths = (samples: readonly Sample[]): string[] => samples.map(({ path }) => path);
  const masks = test.flatMap(({ mask }) => mask ?? []);
  return {
    configuration: { category: name, ...config },
    images: { training: paths(train), test: paths(test), masks },
    files: { noiseManifest, exclude },
  };
}

/** Identities of the weights of a configuration: the method's and the filter's. */
export async function weightsOf({ features, filter }: EvaluateConfig): Promise<string[]> {
  return Promise.all([features, ...(filter ? [filter.features] : [])].map(weightsIdentity));
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
