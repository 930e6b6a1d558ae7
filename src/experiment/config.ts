import type { NoiseAugmentation } from '../dataset/augmentation.js';
import { BANK_METHODS } from '../detector/config.js';
import type { Settings, System } from '../detector/system.js';
import { findSystem, SYSTEMS } from '../detector/systems.js';
import { InputError } from '../errors.js';
import type { FeatureSpec } from '../features/spec.js';
import type { MaskMode } from '../image/mask.js';
import type { Preprocessing } from '../image/preprocess.js';

/** A system with its switches and what it reads. */
export interface SystemConfig {
  method: string;
  profile: string;
  settings: Settings;
  features: FeatureSpec;
}

/** One evaluation: a category, contaminated, perhaps filtered image by image, with one method. */
export interface EvaluateConfig extends SystemConfig {
  /** Image-level denoising in front of the method (docs/methods.md 5.3), or null. */
  filter: FilterConfig | null;
  noise: { ratio: number; overlap: boolean; augmentation: NoiseAugmentation; repeat: boolean };
  maskMode: MaskMode;
  seed: number;
}

/** The system whose in-sample scores drop images, and how many: trunc(budget·N0) or, with ties, more. */
export interface FilterConfig extends SystemConfig {
  budget: number;
}

/** What a user may set of a system. Features left out are what the system usually reads. */
export interface SystemChoice {
  method: string;
  /** Default: the system's first. */
  profile?: string;
  settings?: Settings;
  features: FeatureChoice;
}

/** What a user may set of the features; the rest is what the system usually reads. */
export interface FeatureChoice extends Pick<FeatureSpec, 'weights'>, Partial<Pick<FeatureSpec, 'backbone' | 'layers'>> {
  preprocessing?: Partial<Preprocessing>;
  executor?: FeatureSpec['executor'];
}

/** @throws InputError unless a memory bank is fitted on unfiltered images. */
export function mustBeBank({ method, filter }: EvaluateConfig, what: string): void {
  const banks: readonly string[] = BANK_METHODS;
  if (!banks.includes(method)) {
    throw new InputError(`${method} has no threshold to ${what}`, `Choose one of ${BANK_METHODS.join(', ')}`);
  }
  if (filter) throw new InputError(`a ${what} knows no image-level denoising`, 'Leave --denoise out');
}

/**
 * A system's full configuration from what a user set.
 * @throws InputError for an unknown method, profile or switch, or an impossible one.
 */
export function systemConfig(choice: SystemChoice, seed: number, systems: readonly System[] = SYSTEMS): SystemConfig {
  const system = findSystem(choice.method, systems);
  const profile = choice.profile ?? system.profiles[0];
  const settings = system.settings(profile, choice.settings);
  const { backbone, layers, preprocessing, weights, executor = 'auto' } = choice.features;
  const usual = system.reading(profile, { backbone, layers, settings: choice.settings, seed });
  const features: FeatureSpec = {
    ...usual,
    preprocessing: { ...usual.preprocessing, ...preprocessing },
    weights,
    executor,
  };
  return { method: choice.method, profile, settings, features };
}

/** A full configuration from what a user set. @throws InputError as {@link systemConfig}. */
export function evaluateConfig(
  set: SystemChoice & {
    filter?: (SystemChoice & { budget: number }) | null;
    noise?: Partial<EvaluateConfig['noise']>;
    maskMode?: MaskMode;
    seed?: number;
  },
  systems: readonly System[] = SYSTEMS,
): EvaluateConfig {
  const seed = set.seed ?? 0;
  const { filter } = set;
  return {
    ...systemConfig(set, seed, systems),
    filter: filter ? { ...systemConfig(filter, seed, systems), budget: filter.budget } : null,
    noise: { ratio: 0, overlap: false, augmentation: 'none', repeat: false, ...set.noise },
    maskMode: set.maskMode ?? 'nearest',
    seed,
  };
}
