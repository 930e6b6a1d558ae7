import type { NoiseAugmentation } from '../dataset/augmentation.js';
import { type BankConfig, type BankMethod, bankConfig, type Profile } from '../detector/config.js';
import type { FeatureSpec } from '../features/spec.js';
import type { MaskMode } from '../image/mask.js';

/** One evaluation: a category, contaminated, with one method. */
export interface EvaluateConfig {
  method: BankMethod;
  profile: Profile;
  bank: BankConfig;
  features: FeatureSpec;
  noise: { ratio: number; overlap: boolean; augmentation: NoiseAugmentation; repeat: boolean };
  maskMode: MaskMode;
  seed: number;
}

/** Default layers: 2 and 3; resnet50v2's file ends with stage 3, so its last stage is read as the plain sum. */
export function defaultLayers(backbone: string): string[] {
  return backbone === 'resnet50v2' ? ['layer2', 'layer3.raw'] : ['layer2', 'layer3'];
}

/** A full configuration from what a user set. */
export function evaluateConfig(set: {
  method: BankMethod;
  profile?: Profile;
  bank?: Partial<BankConfig>;
  features: FeatureSpec;
  noise?: Partial<EvaluateConfig['noise']>;
  maskMode?: MaskMode;
  seed?: number;
}): EvaluateConfig {
  const profile = set.profile ?? 'paper';
  return {
    method: set.method,
    profile,
    bank: bankConfig(set.method, profile, set.bank),
    features: set.features,
    noise: { ratio: 0, overlap: false, augmentation: 'none', repeat: false, ...set.noise },
    maskMode: set.maskMode ?? 'nearest',
    seed: set.seed ?? 0,
  };
}
