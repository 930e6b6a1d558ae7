import { project } from '../denoise/projection.js';
import type { BankConfig } from '../detector/config.js';
import { picksKey, projectionFor } from '../detector/fit-bank.js';
import type { Resources } from '../engine/resources.js';
import { rowsHere } from '../engine/rows.js';
import type { TrainingPatches } from '../features/reader.js';
import type { Random } from '../random.js';
import { selectAll } from './select-all.js';

/**
 * The coreset of each set of kept patches, exactly what a fit selects and remembered as its picks are: those that no fit left are selected side
 * by side, over patches that are projected once.
 * @param keeps [patches] of 1 and 0 each, or null where all stay. @param random that of the fits.
 * @throws InputError for an impossible ratio; Cancelled.
 */
export async function selectKept(
  lab: Resources,
  patches: TrainingPatches,
  bank: BankConfig,
  keeps: readonly (Uint8Array | null)[],
  random: Random,
): Promise<Int32Array[]> {
  const { compute, cache, reporter, signal } = lab;
  const keys = keeps.map((kept) => picksKey(patches, bank, random, kept));
  const picks = await Promise.all(
    keys.map(async (key) => ((await cache.find('picks', key))?.picks.data as Int32Array | undefined) ?? null),
  );
  const missing = keys.flatMap((_, i) => (picks[i] ? [] : [i]));
  if (missing.length > 0) {
    const projection = projectionFor(random, 'coreset', patches.dimensions);
    const z = await rowsHere(await project(compute, await patches.rows(), patches.dimensions, projection, { signal }));
    const selections = missing.map((i) => ({ bank, kept: keeps[i] }));
    const found = await selectAll(lab, z, selections, random, reporter.stage('coreset'));
    for (const [j, i] of missing.entries()) {
      picks[i] = found[j];
      await cache.keep('picks', keys[i], { picks: { dtype: 'I32', shape: [found[j].length], data: found[j] } });
    }
  }
  return picks as Int32Array[];
}
