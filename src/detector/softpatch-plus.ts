import { z } from 'zod';
import { InputError } from '../errors.js';
import { bankTensors, type FittedBank, fittedBank, patchcoreReading, searchableBank } from './bank-system.js';
import { BANK_CONFIG, type BankConfig } from './config.js';
import { fitBank } from './fit-bank.js';
import { leaveOutScores } from './leave-out.js';
import { checkedSettings, checkProfile } from './settings.js';
import type { Settings, System, Tensors } from './system.js';

type PlusSettings = Pick<BankConfig, 'k' | 'tau' | 'ratio' | 'precision'> & {
  /** τ of the bank that maps come from, in [0, 1). */
  mapTau: number;
};

const DEFAULTS: PlusSettings = { k: 6, tau: 0.15, mapTau: 0.5, ratio: 0.1, precision: 'single' };

const schema: z.ZodType<PlusSettings> = z.object({
  k: z.number().int().min(1),
  tau: z.number().min(0).lt(1),
  mapTau: z.number().min(0).lt(1),
  ratio: z.number().gt(0).lt(1),
  precision: z.enum(['single', 'half']),
});

const PROFILES: readonly string[] = ['default'];

/**
 * SoftPatch+ (Pattern Recognition 2025, arXiv 2412.20870) as published, docs/methods.md 4.4: LOF and Mahalanobis distances fused by rank
 * judge the patches, 15 % are removed for the bank that scores images, 50 % for the one that maps come from. Its code is not public;
 * where the text is silent SoftPatch's choices stand (two projections, soft weights, here the fused ranks).
 */
export const SOFTPATCH_PLUS: System = {
  name: 'softpatch-plus',
  about: 'SoftPatch+: LOF and Mahalanobis distance fused by rank, a bank for scores, one for maps',
  profiles: PROFILES,
  reading: patchcoreReading,
  settings(profile, set) {
    checkProfile('softpatch-plus', PROFILES, profile);
    return checkedSettings(schema, DEFAULTS, set);
  },
  async fit(lab, reader, train, set, { random }) {
    const { mapTau } = checkedSettings(schema, DEFAULTS, set);
    const config = bankOf(set);
    const { threads, reporter, signal } = lab;
    const patches = await reader.patches(train, () => ({ progress: reporter.stage('train features'), signal }));
    const [first, second] = [
      await fitBank(lab, patches, config, random),
      await fitBank(lab, patches, { ...config, tau: mapTau }, random),
    ];
    threads.release();
    return {
      ...together(
        fittedBank(lab, reader, first.bank, first.trace, config),
        fittedBank(lab, reader, second.bank, second.trace, config),
        config,
      ),
      leaveOut: async (images) => leaveOutScores(lab, patches, await first.bank.load(), config.neighbours, images),
    };
  },
  async restore(lab, reader, { mapBank, mapPicks, mapWeights, ...tensors }, set) {
    const config = bankOf(set);
    if (!mapBank || !mapPicks) throw new InputError('the bank for maps is missing', 'Fit the detector again');
    const fitted = (own: Tensors): FittedBank => fittedBank(lab, reader, searchableBank(own), null, config);
    const maps = { bank: mapBank, picks: mapPicks, ...(mapWeights && { weights: mapWeights }) };
    return together(fitted(tensors), fitted(maps), config);
  },
};

function bankOf(set: Settings): BankConfig {
  const { k, tau, ratio, precision } = checkedSettings(schema, DEFAULTS, set);
  return { ...BANK_CONFIG, discriminator: 'fused', k, tau, ratio, precision, softWeights: true };
}

/** Scores of one bank with the maps of another. */
function together(forScores: FittedBank, forMaps: FittedBank, config: BankConfig): FittedBank {
  return {
    bank: forScores.bank,
    trace: forScores.trace,
    get seconds() {
      const [a, b] = [forScores.seconds, forMaps.seconds];
      const stages = ['denoise', 'coreset', 'search', 'map'] as const;
      return Object.fromEntries(stages.map((stage) => [stage, (a[stage] ?? 0) + (b[stage] ?? 0)]));
    },
    async *score(images, options) {
      const maps = forMaps.score(images, options);
      for await (const { score } of forScores.score(images, options)) {
        const { value } = await maps.next();
        yield { score, map: value.map };
      }
    },
    async tensors() {
      const { bank, picks, weights } = bankTensors(await forMaps.bank.load(), config);
      return {
        ...(await forScores.tensors()),
        mapBank: bank,
        mapPicks: picks,
        ...(weights && { mapWeights: weights }),
      };
    },
  };
}
