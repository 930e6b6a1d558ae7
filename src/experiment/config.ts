import type { NoiseOptions } from '../dataset/noise.js';
import type { CflowSettings } from '../detector/cflow/settings.js';
import { BANK_METHODS, type BankConfig, type BankMethod } from '../detector/config.js';
import type { PadimSettings } from '../detector/padim.js';
import type { Settings, System } from '../detector/system.js';
import { findSystem, SYSTEMS } from '../detector/systems.js';
import type { WitnessSettings } from '../detector/witness/settings.js';
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
  /** The noise that is injected, or that a manifest states. */
  contamination: Required<Omit<NoiseOptions, 'manifest'>> & Pick<NoiseOptions, 'manifest'>;
  maskMode: MaskMode;
  seed: number;
}

/** The system whose in-sample scores drop images, and how many: trunc(budget·N0) or, with ties, more. */
export interface FilterConfig extends SystemConfig {
  budget: number;
}

/** The switches of each built-in method, so that an editor completes them. */
export type MethodSettings = Record<BankMethod, Partial<BankConfig>> & {
  padim: Partial<PadimSettings>;
  'padim-star': Partial<PadimSettings>;
  cflow: Partial<CflowSettings>;
  witness: Partial<WitnessSettings>;
};

/** What a user may set of any system, their own included. Features left out are what the system usually reads. */
export interface SystemChoice {
  method: string;
  /** Default: the system's first. */
  profile?: string;
  settings?: Settings;
  features: FeatureChoice;
}

/** What a user may set of a built-in method: the switches are that method's own. */
export type MethodChoice = {
  [Method in keyof MethodSettings]: Omit<SystemChoice, 'method' | 'settings'> & {
    method: Method;
    settings?: MethodSettings[Method];
  };
}[keyof MethodSettings];

/** What a user may set of the features; the rest is what the system usually reads. */
export interface FeatureChoice
  extends Pick<FeatureSpec, 'weights'>,
    Partial<Pick<FeatureSpec, 'backbone' | 'layers' | 'network' | 'precision'>> {
  preprocessing?: Partial<Preprocessing>;
}

/** What a user may set of an evaluation beside the method. */
export interface EvaluateChoice<Choice = SystemChoice> {
  filter?: (Choice & { budget: number }) | null;
  contamination?: Partial<NoiseOptions>;
  maskMode?: MaskMode;
  seed?: number;
}

/** @throws InputError unless a memory bank is fitted on unfiltered images. */
export function mustBeBank({ method, filter, settings }: EvaluateConfig, what: string): void {
  const banks: readonly string[] = BANK_METHODS;
  if (!banks.includes(method)) {
    throw new InputError(`${method} has no τ to ${what}`, `Choose one of ${BANK_METHODS.join(', ')}`);
  }
  const { distance, support } = settings as Partial<BankConfig>;
  if (distance === 'root' || support) {
    throw new InputError(`a ${what} knows no re-weighted scores`, 'Leave --profile anomalib, distance and support out');
  }
  if (filter) throw new InputError(`a ${what} knows no image-level denoising`, 'Leave --filter out');
}

/**
 * A system's full configuration from what a user set.
 * @throws InputError for an unknown method, profile or switch, or an impossible one.
 */
export function systemConfig(choice: SystemChoice, seed: number, systems: readonly System[] = SYSTEMS): SystemConfig {
  const system = findSystem(choice.method, systems);
  const profile = choice.profile ?? system.profiles[0];
  const settings = system.settings(profile, choice.settings);
  if (!choice.features) {
    throw new InputError(
      `${choice.method} is given no features`,
      "Give features: { weights: { kind: 'file', path } }, or { kind: 'random', seed: 0 } to try things out",
    );
  }
  const { backbone, layers, network, preprocessing, weights, precision } = choice.features;
  const usual = system.reading(profile, { backbone, layers, network, settings: choice.settings, seed });
  const features: FeatureSpec = {
    ...usual,
    ...(network && { network }),
    preprocessing: { ...usual.preprocessing, ...preprocessing },
    weights,
    // Left out where it is the usual one, so that configurations of singles stay as they were.
    ...(precision === 'int8' && { precision }),
  };
  return { method: choice.method, profile, settings, features };
}

/**
 * A full configuration from what a user set of a built-in method or, given the systems, of any.
 * @throws InputError for an unknown method, profile or switch, or an impossible one.
 */
export function evaluateConfig(set: MethodChoice & EvaluateChoice<MethodChoice>): EvaluateConfig;
export function evaluateConfig(set: SystemChoice & EvaluateChoice, systems: readonly System[]): EvaluateConfig;
export function evaluateConfig(
  set: SystemChoice & EvaluateChoice,
  systems: readonly System[] = SYSTEMS,
): EvaluateConfig {
  const seed = set.seed ?? 0;
  const { filter } = set;
  return {
    ...systemConfig(set, seed, systems),
    filter: filter ? { ...systemConfig(filter, seed, systems), budget: filter.budget } : null,
    contamination: { noise: 0, overlap: false, augmentation: 'none', repeat: false, ...set.contamination },
    maskMode: set.maskMode ?? 'nearest',
    seed,
  };
}
