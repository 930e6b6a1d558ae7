import { z } from 'zod';
import { BANK_CONFIG, type BankConfig } from '../config.js';
import { checkedSettings } from '../settings.js';
import type { Settings } from '../system.js';

/** What judges a training patch: its isolation from other images, or LOF among the patches at its position. */
export type JudgeName = 'isolation' | 'lof';

/** Every switch of the method (docs/cleaning.md 7). */
export type WitnessSettings = Pick<BankConfig, 'sampler' | 'ratio' | 'precision'> & {
  /** `isolation`, `lof`, or `both`, each asked by itself whether there is dirt. */
  judges: JudgeName | 'both';
  /** Other images that a patch is compared with, from 1. */
  others: number;
  /** Neighbours of LOF. */
  k: number;
  /** Means over 3 × 3 patches before judging. */
  smooth: boolean;
  /** Worst patches that make an image's suspicion, from 1. */
  worst: number;
  /** `auto` doubts patches only where there is dirt by the estimate; `always` and `never` do not ask. */
  doubt: 'auto' | 'always' | 'never';
  /** Chance, in (0, 1), that clean images are called dirty. */
  alpha: number;
  /** Images are suspected as long as at most this share of the suspected is expected to be clean, in [0, 1). */
  rate: number;
  /** Patches are doubted from so many deviations above what the worst patches of an ordinary image reach. */
  level: number;
  /** Where doubt is sparing, from at least so many deviations more, from 0. */
  margin: number;
  /** Images are few, and doubt sparing, where they could not prove this share, in (0, 1], of them dirty: a rare look often has no second image. */
  few: number;
  /** Under `auto`, likely dirt suffices where doubt would raise at most this share, in [0, 1], of ordinary images. */
  cheap: number;
  /** Under `auto`, doubt of proven dirt is sparing, too, where it would raise more than this share, in [0, 1], of ordinary images. */
  dear: number;
  /** Whether sparing doubt begins as late as it takes to raise no training image by more than a usual deviation; then it needs no proof. */
  free: boolean;
  /** In suspected images (where doubt is sparing, the surest) also those above this quantile of all patches, in [0, 1]. */
  quantile: number;
  /** Images that must agree before doubted patches count, from 1; 0 never lets them count. */
  witnesses: number;
};

const DEFAULTS: WitnessSettings = {
  sampler: 'greedy',
  ratio: 0.1,
  precision: 'single',
  judges: 'isolation',
  others: 5,
  k: 6,
  smooth: true,
  worst: 9,
  doubt: 'auto',
  alpha: 0.05,
  rate: 0.5,
  level: 0.5,
  margin: 3.5,
  few: 0.05,
  cheap: 0.07,
  dear: 0.1,
  free: true,
  quantile: 0.9,
  witnesses: 2,
};

const schema: z.ZodType<WitnessSettings> = z.object({
  sampler: z.enum(['greedy', 'exact', 'random', 'identity']),
  ratio: z.number().gt(0).lt(1),
  precision: z.enum(['single', 'half']),
  judges: z.enum(['isolation', 'lof', 'both']),
  others: z.number().int().min(1),
  k: z.number().int().min(1),
  smooth: z.boolean(),
  worst: z.number().int().min(1),
  doubt: z.enum(['auto', 'always', 'never']),
  alpha: z.number().gt(0).lt(1),
  rate: z.number().min(0).lt(1),
  level: z.number(),
  margin: z.number().min(0),
  few: z.number().gt(0).max(1),
  cheap: z.number().min(0).max(1),
  dear: z.number().min(0).max(1),
  free: z.boolean(),
  quantile: z.number().min(0).max(1),
  witnesses: z.number().int().min(0),
});

/** All switches with some set. @throws InputError naming the impossible or unknown one. */
export function witnessSettings(set: Settings = {}): WitnessSettings {
  return checkedSettings(schema, DEFAULTS, set);
}

/** The memory bank it starts from: PatchCore's. */
export function startingBank({ sampler, ratio, precision }: WitnessSettings): BankConfig {
  return { ...BANK_CONFIG, sampler, ratio, precision };
}

/** The judges that a setting means. */
export function judgeNames({ judges }: Pick<WitnessSettings, 'judges'>): JudgeName[] {
  return judges === 'both' ? ['isolation', 'lof'] : [judges];
}
