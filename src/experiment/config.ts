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

/**
 * Default layers: 2 and 3. The usual resnet50v2 file ends with stage 3, so its third stage could be read only as a plain
 * sum (`layer3.raw`), which is worse than leaving it out: on `screw`, PatchCore at ρ = 0.01, image AUROC .890 against .957.
 */
export function defaultLayers(backbone: string): string[] {
  return backbone === 'resnet50v2' ? ['layer2'] : ['layer2', 'layer3'];
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
