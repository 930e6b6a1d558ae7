import { z } from 'zod';
import type { Resources } from '../engine/resources.js';
import { InputError } from '../errors.js';
import { patchGrid } from '../features/layers.js';
import type { FeatureReader } from '../features/reader.js';
import { sharedFloats } from '../kernels/arena.js';
import { ranges } from '../kernels/threads.js';
import type { LazyBank } from './bank.js';
import { bankTensors, patchcoreReading, searchableBank } from './bank-system.js';
import { BANK_CONFIG } from './config.js';
import { fitBank } from './fit-bank.js';
import { imageScores } from './image-scores.js';
import { imageSearch } from './image-search.js';
import { anomalyMaps } from './maps.js';
import { checkedSettings, checkProfile } from './settings.js';
import type { Fitted, System, Tensors } from './system.js';

type MemoriesSettings = {
  /** Random memories, from 1. */
  memories: number;
  /** Share of all patches in each, in (0, 1). */
  ratio: number;
};

const DEFAULTS: MemoriesSettings = { memories: 5, ratio: 0.1 };

const schema: z.ZodType<MemoriesSettings> = z.object({
  memories: z.number().int().min(1).max(100),
  ratio: z.number().gt(0).lt(1),
});

const PROFILES: readonly string[] = ['default'];

/** Images searched at a time. */
const BATCH = 32;

/**
 * The first stage of MeDS (ICML 2026; docs/methods.md 4.5), meant as an image filter: a patch's distance is its mean over several
 * memories of patches drawn at random, so that a look which few images have is missing in most of them. An image scores its worst
 * patch. A training image's own patches are not passed over: they lie in a tenth of the memories.
 */
export const RANDOM_MEMORIES: System = {
  name: 'random-memories',
  about: "mean distance over random memories: MeDS' first stage, for --filter",
  profiles: PROFILES,
  reading: patchcoreReading,
  settings(profile, set) {
    checkProfile('random-memories', PROFILES, profile);
    return checkedSettings(schema, DEFAULTS, set);
  },
  async fit(lab, reader, train, set, { random }) {
    const { memories, ratio } = checkedSettings(schema, DEFAULTS, set);
    const { reporter, signal } = lab;
    const patches = await reader.patches(train, () => ({ progress: reporter.stage('train features'), signal }));
    const banks: LazyBank[] = [];
    for (let i = 0; i < memories; i++) {
      const config = { ...BANK_CONFIG, sampler: 'random', ratio } as const;
      banks.push((await fitBank(lab, patches, config, random.fork(`memory/${i}`))).bank);
    }
    return fittedMemories(lab, reader, banks);
  },
  async restore(lab, reader, tensors, set) {
    const { memories } = checkedSettings(schema, DEFAULTS, set);
    const banks = Array.from({ length: memories }, (_, i) => {
      const [bank, picks] = [tensors[`bank${i}`], tensors[`picks${i}`]];
      if (!bank || !picks) throw new InputError(`memory ${i + 1} of ${memories} is missing`, 'Fit the detector again');
      return searchableBank({ bank, picks });
    });
    return fittedMemories(lab, reader, banks);
  },
};

function fittedMemories(lab: Resources, reader: FeatureReader, banks: readonly LazyBank[]): Fitted {
  const { side, positions } = patchGrid(reader.spec);
  const { crop } = reader.spec.preprocessing;
  const searches = banks.map((bank) => imageSearch(lab, reader, bank, 1, positions));
  const seconds: Fitted['seconds'] = { search: 0, map: 0 };
  return {
    seconds,
    async *score(images) {
      for (const { from, to } of ranges(images.length, BATCH)) {
        const patches = sharedFloats((to - from) * positions);
        for (const { search } of searches) {
          const found = await search(images.slice(from, to), lab.signal);
          for (const [i, { squared }] of found.entries())
            for (let p = 0; p < positions; p++) patches[i * positions + p] += squared[p] / searches.length;
        }
        seconds.search = searches.reduce((sum, search) => sum + search.seconds(), 0);
        const begin = performance.now();
        const scores = imageScores(patches, positions);
        const maps = await anomalyMaps(lab.threads, patches, { grid: side, side: crop }, { signal: lab.signal });
        seconds.map! += (performance.now() - begin) / 1000;
        for (const [i, map] of maps.entries()) yield { score: scores[i], map };
      }
    },
    async tensors() {
      const all: Tensors = {};
      for (const [i, bank] of banks.entries()) {
        const own = bankTensors(await bank.load(), { precision: 'single' });
        all[`bank${i}`] = own.bank;
        all[`picks${i}`] = own.picks;
      }
      return all;
    },
  };
}
