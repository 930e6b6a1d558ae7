import { type Command, InvalidArgumentError, Option } from 'commander';
import { SAMPLERS } from '../coreset/samplers.js';
import { NOISE_AUGMENTATIONS } from '../dataset/augmentation.js';
import { DISCRIMINATORS } from '../denoise/weights.js';
import { BANK_METHODS, type BankConfig, type BankMethod, PROFILES, type Profile } from '../detector/config.js';
import { defaultLayers } from '../experiment/config.js';
import { BACKBONES } from '../features/resnet.js';
import { EXECUTORS, type ExecutorChoice, type FeatureSpec } from '../features/spec.js';
import { findWeights } from '../features/weight-files.js';
import { PATCHCORE_PREPROCESSING } from '../image/preprocess.js';

/** Parses a number or fails with a sentence. */
export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It is not a number.');
  return value;
}

/** Parses a whole number from 0. */
export function whole(text: string): number {
  const value = number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('It is not a whole number from 0.');
  return value;
}

const list = (text: string): string[] => text.split(',').map((part) => part.trim());

/** Options that choose images' features. */
export interface FeatureOptions {
  backbone: string;
  layers?: string[];
  weights?: string;
  resize: number;
  crop: number;
  executor: ExecutorChoice;
}

export function addFeatureOptions(command: Command): Command {
  return command
    .addOption(new Option('--backbone <name>', 'network').choices([...BACKBONES]).default('resnet18'))
    .option('--layers <names>', 'layers to read, comma-separated (default: layer2,layer3; resnet50v2: layer2)', list)
    .option(
      '--weights <file>',
      'safetensors file, or "random" (default: data/weights/<backbone>.safetensors if there, else random)',
    )
    .option('--resize <px>', 'shorter side after resizing', whole, PATCHCORE_PREPROCESSING.resize)
    .option('--crop <px>', 'side of the centre crop', whole, PATCHCORE_PREPROCESSING.crop)
    .addOption(
      new Option('--executor <name>', 'library that runs the network').choices([...EXECUTORS]).default('auto'),
    );
}

export function featureSpec(options: FeatureOptions): FeatureSpec {
  return {
    backbone: options.backbone,
    layers: options.layers ?? defaultLayers(options.backbone),
    weights: findWeights(options.backbone, options.weights),
    preprocessing: { ...PATCHCORE_PREPROCESSING, resize: options.resize, crop: options.crop },
    executor: options.executor,
  };
}

/** Options that choose a method and its switches. */
export interface MethodOptions extends Partial<Omit<BankConfig, 'threshold' | 'neighbours'>> {
  method: BankMethod;
  profile: Profile;
  threshold?: number;
  knn?: number;
}

export function addMethodOptions(command: Command): Command {
  return command
    .addOption(new Option('--method <name>', 'detector').choices([...BANK_METHODS]).default('softpatch-lof'))
    .addOption(
      new Option('--profile <name>', 'paper: tensor LOF, k = 6; release: LOF, k = 5')
        .choices([...PROFILES])
        .default('paper'),
    )
    .option('--ratio <rho>', 'share of all patches in the memory bank (default: 0.1; patchcore-random: 0.01)', number)
    .option('--threshold <tau>', 'share of patches removed as noise (default: 0.15; PatchCore: 0)', number)
    .addOption(
      new Option('--discriminator <name>', 'how patches are judged (default: by method)').choices([...DISCRIMINATORS]),
    )
    .option('--k <n>', 'neighbours of LOF (default: by profile)', whole)
    .option('--no-soft-weights', 'do not multiply scores by the stored weights')
    .addOption(new Option('--sampler <name>', 'how the bank is chosen (default: by method)').choices([...SAMPLERS]))
    .addOption(
      new Option('--normalisation <name>', 'of LOF weights')
        .choices(['none', 'imageMedian', 'positionMean'])
        .default('none'),
    )
    .option('--first-pick-from-kept', 'never pick a removed patch, not even first')
    .option('--knn <n>', 'nearest patches averaged into a score', whole, 1)
    .addOption(
      new Option('--precision <name>', 'of bank rows; half halves a saved detector').choices(['single', 'half']),
    )
    .option('--seed <n>', 'seed of every draw', whole, 0);
}

/** The switches a user set, for bankConfig. */
export function bankSwitches(options: MethodOptions): Partial<BankConfig> {
  const { ratio, threshold, discriminator, k, softWeights, sampler, normalisation, firstPickFromKept, knn, precision } =
    options;
  return {
    ratio,
    threshold,
    discriminator,
    k,
    // commander sets true by default; only a given --no-soft-weights changes the method's own setting.
    softWeights: softWeights === false ? false : undefined,
    sampler,
    normalisation,
    firstPickFromKept,
    neighbours: knn,
    precision,
  };
}

/** Options of noise injection. */
export interface NoiseCliOptions {
  noise: number;
  overlap?: boolean;
  noiseManifest?: string;
  noiseAugmentation: (typeof NOISE_AUGMENTATIONS)[number];
  repeatNoise?: boolean;
}

export function addNoiseOptions(command: Command): Command {
  return command
    .option('--noise <ratio>', 'injected defective images relative to the nominal count', number, 0)
    .option('--overlap', 'injected images stay in the test set too')
    .option('--noise-manifest <file>', 'use this draw instead of drawing')
    .addOption(
      new Option('--noise-augmentation <kind>', 'change of injected copies')
        .choices([...NOISE_AUGMENTATIONS])
        .default('none'),
    )
    .option('--repeat-noise', "draw again beyond the number of anomalous images, slightly moved (SoftPatch+'s way)");
}

export function addThreads(command: Command): Command {
  return command.option('--threads <n>', 'worker threads (default: one a core)', whole);
}

/** Where stage results are kept between runs. */
export interface CacheOptions {
  cache: string | false;
  cacheLimit: number;
}

export const CACHE_FOLDER = 'data/cache';

export function addCacheOptions(command: Command): Command {
  return command
    .option('--cache <dir>', 'folder of remembered stage results', CACHE_FOLDER)
    .option('--no-cache', 'compute everything, remember nothing')
    .option('--cache-limit <GB>', 'size to which the cache is trimmed after the run', number, 20);
}
