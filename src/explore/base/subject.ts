import type { Category } from '../../dataset/category.js';
import { SYSTEMS } from '../../detector/systems.js';
import { type EvaluateConfig, evaluateConfig, type FeatureChoice } from '../../experiment/config.js';
import type { MaskMode } from '../../image/mask.js';
import { JUDGE_METHODS } from '../view/methods.js';
import { cutName, type Stop } from '../view/stop.js';

/** What is explored: a category, how its images are read, and what all stops share. */
export interface Subject {
  category: Category;
  features: FeatureChoice;
  /** Of the memory banks: `paper` or `release`. */
  profile: string;
  overlap: boolean;
  seed: number;
  maskMode: MaskMode;
}

/**
 * A stop as an evaluation's configuration. @param chosen τ or level; the method's own where left out.
 * @throws InputError for an impossible setting.
 */
export function stopConfig(subject: Subject, { judge, k, ratio, noise }: Stop, chosen?: number): EvaluateConfig {
  const { features, profile, overlap, seed, maskMode } = subject;
  const settings = {
    ratio,
    ...(judge === 'lof' && { k }),
    ...(chosen !== undefined && { [cutName(judge)]: chosen }),
  };
  return evaluateConfig(
    {
      method: JUDGE_METHODS[judge],
      ...(judge !== 'witness' && { profile }),
      settings,
      features,
      contamination: { noise, overlap },
      maskMode,
      seed,
    },
    SYSTEMS,
  );
}
