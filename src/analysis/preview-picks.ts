import { GREEDY_ANCHORS, type GreedySampler, isGreedy } from '../coreset/anchors.js';
import { type NestedPhase, nestedGreedy } from '../coreset/nested-greedy.js';
import { coresetSize } from '../coreset/samplers.js';
import { discard } from '../denoise/cut.js';
import { PROJECTED_DIMENSIONS, project } from '../denoise/projection.js';
import type { BankConfig } from '../detector/config.js';
import { picksKey, projectionFor } from '../detector/fit-bank.js';
import type { Resources } from '../engine/resources.js';
import { rowsHere } from '../engine/rows.js';
import type { TrainingPatches } from '../features/reader.js';
import type { Random } from '../random.js';
import { hashBytes } from '../storage/cache.js';
import { selectKept } from './select-kept.js';

/** The largest τ that a preview answers from all that counts. */
export const PREVIEWED = 0.5;

/** Raise when the picks of a nested selection change for the same patches. */
const VERSION = 1;

/**
 * The bank of a preview, as training patches in ascending order. Greedy samplers select once, among patches that become more: ρ of those that
 * stay at {@link PREVIEWED}, on to ρ of those that stay at the configured τ, on to ρ of all. Others give the union of what they select at each.
 * @param weights [patches]. @param random that of the fits. @param beside called when what threads do next is laid out, which they do not help with.
 * @throws InputError for an impossible ratio; Cancelled.
 */
export async function previewPicks(
  lab: Resources,
  patches: TrainingPatches,
  bank: BankConfig,
  weights: Float32Array,
  random: Random,
  beside: () => void,
): Promise<Int32Array> {
  const taus = [...new Set([PREVIEWED, bank.tau, 0])].sort((a, b) => b - a);
  const keeps = taus.map((tau) => (tau > 0 ? discard(weights, tau).kept : null));
  const { sampler } = bank;
  if (!isGreedy(sampler)) beside();
  const picks = isGreedy(sampler)
    ? await nested(lab, patches, { ...bank, sampler }, keeps, random, beside)
    : (await selectKept(lab, patches, bank, keeps, random)).flatMap((own) => [...own]);
  return Int32Array.from(new Set(picks)).sort();
}

async function nested(
  lab: Resources,
  patches: TrainingPatches,
  bank: BankConfig & { sampler: GreedySampler },
  keeps: readonly (Uint8Array | null)[],
  random: Random,
  beside: () => void,
): Promise<Int32Array> {
  const { threads, compute, cache, reporter, signal } = lab;
  const { count: n, dimensions } = patches;
  const { sampler, ratio } = bank;
  coresetSize(ratio, n);
  const phases = keeps.map((kept): NestedPhase => {
    const stay = kept ? kept.reduce((sum, own) => sum + own, 0) : n;
    return { kept, count: Math.max(1, Math.trunc(ratio * stay)) };
  });
  const fit = picksKey(patches, bank, random, null);
  const dependsOn = ['nested picks', VERSION, fit, keeps.map((kept) => kept && hashBytes(kept))];
  const found = await cache.find('picks', dependsOn);
  if (found) {
    beside();
    return found.picks.data as Int32Array;
  }
  const projection = projectionFor(random, 'coreset', dimensions);
  const z = await rowsHere(await project(compute, await patches.rows(), dimensions, projection, { signal }));
  beside();
  const anchors = GREEDY_ANCHORS[sampler](random.fork('sampler'), n);
  const watch = { progress: reporter.stage('coreset'), signal };
  const data = await nestedGreedy(threads, z, PROJECTED_DIMENSIONS, { anchors, phases }, watch);
  await cache.keep('picks', dependsOn, { picks: { dtype: 'I32', shape: [data.length], data } });
  return data;
}
