import { z } from 'zod';
import type { SamplerName } from '../coreset/samplers.js';
import type { WeightNormalisation } from '../denoise/cut.js';
import type { Discriminator } from '../denoise/discriminator.js';
import { InputError } from '../errors.js';
import { checkedSettings } from './settings.js';
import type { Settings } from './system.js';

/** Every switch of the memory-bank family. PatchCore is SoftPatch with τ = 0 and no soft weights. */
export type BankConfig = {
  /** Null where no weights are needed; `fused`: tensor LOF and Gaussian, fused by rank. */
  discriminator: Discriminator | 'fused' | null;
  /** Neighbours of LOF. */
  k: number;
  /** τ: share of patches removed, in [0, 1). */
  tau: number;
  /** Whether a stored patch's weight multiplies the scores of patches that match it. */
  softWeights: boolean;
  normalisation: WeightNormalisation;
  sampler: SamplerName;
  /** ρ: share of all patches in the bank, in (0, 1). */
  ratio: number;
  firstPickFromKept: boolean;
  /** Neighbours whose distances are averaged into a patch's score. */
  neighbours: number;
  /** Precision in which bank rows are kept; `half` halves a saved detector. */
  precision: 'single' | 'half';
  /**
   * A patch's values: PatchCore's 1024; `anomalib`: all layers' channels averaged over 3 × 3 patches; `plain`: all channels as they
   * are. Left out: PatchCore's.
   */
  embedding?: 'patchcore' | 'anomalib' | 'plain';
  /** Unit of distances; left out: squared, as in the authors' code. */
  distance?: 'squared' | 'root';
  /** b, rows around the nearest one by which an image's score is re-weighted (the paper's Eq. 7); left out or 0: not at all. */
  support?: number;
  /** How patch scores become a map; `nearest`: anomalib's blocks, mirrored without their edge; left out: bilinear. */
  stretch?: 'bilinear' | 'nearest';
};

/** The memory-bank methods by name. */
export const BANK_METHODS = [
  'patchcore',
  'patchcore-random',
  'softpatch-lof',
  'softpatch-nearest',
  'softpatch-gaussian',
] as const;
export type BankMethod = (typeof BANK_METHODS)[number];

/**
 * `paper`: tensor LOF, k = 6, most likely behind the published numbers. `release`: the public code, LOF, k = 5. `anomalib`: as
 * `paper` with anomalib's embedding, image score and map.
 */
export type Profile = 'paper' | 'release' | 'anomalib';
export const PROFILES: readonly Profile[] = ['paper', 'release', 'anomalib'];

/** anomalib 2's PatchCore, beside its preprocessing. */
const ANOMALIB = { embedding: 'anomalib', distance: 'root', support: 9, stretch: 'nearest' } as const;

/** PatchCore's switches, which the other methods change. */
export const BANK_CONFIG: BankConfig = {
  discriminator: null,
  k: 0,
  tau: 0,
  softWeights: false,
  normalisation: 'none',
  sampler: 'greedy',
  ratio: 0.1,
  firstPickFromKept: false,
  neighbours: 1,
  precision: 'single',
  embedding: undefined,
  distance: undefined,
  support: undefined,
  stretch: undefined,
};

/**
 * A method's switches under a profile (docs/methods.md 4.3), with some set by the user.
 * @throws InputError naming the impossible or unknown switch.
 */
export function bankConfig(method: BankMethod, profile: Profile, set: Settings = {}): BankConfig {
  const softpatch = { ...BANK_CONFIG, tau: 0.15, softWeights: true };
  const methods: Record<BankMethod, BankConfig> = {
    patchcore: BANK_CONFIG,
    'patchcore-random': { ...BANK_CONFIG, sampler: 'random', ratio: 0.01 },
    'softpatch-lof':
      profile !== 'release'
        ? { ...softpatch, discriminator: 'lof-tensor', k: 6 }
        : { ...softpatch, discriminator: 'lof', k: 5 },
    'softpatch-nearest': { ...softpatch, discriminator: 'nearest' },
    'softpatch-gaussian': { ...softpatch, discriminator: 'gaussian' },
  };
  const defaults = profile === 'anomalib' ? { ...methods[method], ...ANOMALIB } : methods[method];
  return checkBankConfig(checkedSettings(bankSchema, defaults, set));
}

const bankSchema: z.ZodType<BankConfig> = z.object({
  discriminator: z.enum(['nearest', 'gaussian', 'lof', 'lof-tensor', 'fused']).nullable(),
  k: z.number().int().min(0),
  tau: z.number().min(0).lt(1),
  softWeights: z.boolean(),
  normalisation: z.enum(['none', 'imageMedian', 'positionMean']),
  sampler: z.enum(['greedy', 'exact', 'random', 'identity']),
  ratio: z.number().gt(0).lt(1),
  firstPickFromKept: z.boolean(),
  neighbours: z.number().int().min(1),
  precision: z.enum(['single', 'half']),
  embedding: z.enum(['patchcore', 'anomalib', 'plain']).optional(),
  distance: z.enum(['squared', 'root']).optional(),
  support: z.number().int().min(0).optional(),
  stretch: z.enum(['bilinear', 'nearest']).optional(),
});

/** A configuration as it is, once possible. @throws InputError naming the impossible switch. */
export function checkBankConfig(config: Settings): BankConfig {
  const checked = checkedSettings(bankSchema, BANK_CONFIG, config);
  const { discriminator, k, tau, softWeights } = checked;
  if (discriminator === null && (tau > 0 || softWeights)) {
    throw new InputError(
      'τ above 0 or soft weights need a discriminator',
      'Choose nearest, gaussian, lof, lof-tensor or fused',
    );
  }
  if (hasNeighbours(checked) && k < 1) {
    throw new InputError(`LOF with k = ${k} is impossible`, 'Give at least 1 neighbour');
  }
  return checked;
}

/** Whether LOF is asked, so that `k` matters. */
export function hasNeighbours({ discriminator }: Pick<BankConfig, 'discriminator'>): boolean {
  return discriminator === 'fused' || (discriminator?.startsWith('lof') ?? false);
}
