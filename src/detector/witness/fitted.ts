import type { Resources } from '../../engine/resources.js';
import { patchGrid } from '../../features/layers.js';
import type { FeatureReader } from '../../features/reader.js';
import { sharedFloats } from '../../kernels/arena.js';
import { ranges } from '../../kernels/threads.js';
import { contentKey, hashBytes } from '../../storage/cache.js';
import { oneAhead } from '../ahead.js';
import type { LazyBank } from '../bank.js';
import { bankTensors, type FittedBank } from '../bank-system.js';
import type { BankConfig } from '../config.js';
import type { FitTrace } from '../fit-bank.js';
import { imageScores } from '../image-scores.js';
import { anomalyMaps } from '../maps.js';
import type { Fitted } from '../system.js';
import { type LazyWitnessed, witnessedSearch } from './search.js';

/** Test images embedded at a time. */
const BATCH = 32;

/** Which rows of a bank are doubted, and what their witnesses are counted by. */
export interface Doubts {
  /** [rows] picture of each row. */
  groups: Int32Array;
  /** [rows] of 1 (doubted) and 0. */
  doubted: Uint8Array;
  /** Pictures that must agree; 0 never counts doubted rows. */
  witnesses: number;
}

/** A detector with doubted rows (docs/cleaning.md 5). Its `bank` holds all rows, as it was selected. */
export function fittedWitness(
  lab: Resources,
  reader: FeatureReader,
  bank: LazyBank,
  { groups, doubted, witnesses }: Doubts,
  trace: FitTrace | null,
  { precision }: Pick<BankConfig, 'precision'>,
): FittedBank {
  const { side, positions } = patchGrid(reader.spec);
  const { crop } = reader.spec.preprocessing;
  const lazy: LazyWitnessed = {
    key: contentKey([bank.key, hashBytes(groups), hashBytes(doubted), witnesses, positions]),
    witnesses,
    load: async () => ({ rows: (await bank.load()).rows, groups, doubted }),
  };
  const search = witnessedSearch(lab, reader, lazy);
  const seconds: Fitted['seconds'] = { denoise: 0, coreset: 0, ...trace?.seconds, search: 0, map: 0 };
  return {
    bank,
    trace,
    seconds,
    async *score(images) {
      const batches = ranges(images.length, BATCH).map(({ from, to }) => images.slice(from, to));
      for await (const found of oneAhead(batches, (batch) => search.search(batch))) {
        seconds.search = search.seconds();
        const patches = sharedFloats(found.length * positions);
        for (const [i, own] of found.entries()) patches.set(own, i * positions);
        const scores = imageScores(patches, positions);
        const begin = performance.now();
        const maps = await anomalyMaps(lab.threads, patches, { grid: side, side: crop }, { signal: lab.signal });
        seconds.map! += (performance.now() - begin) / 1000;
        for (const [i, map] of maps.entries()) yield { score: scores[i], map };
      }
    },
    tensors: async () => ({
      ...bankTensors(await bank.load(), { precision }),
      groups: { dtype: 'I32', shape: [groups.length], data: groups },
      doubted: { dtype: 'I32', shape: [groups.length], data: Int32Array.from(doubted) },
    }),
  };
}
