import { isolation } from '../../denoise/isolation.js';
import type { Resources } from '../../engine/resources.js';
import type { TrainingPatches } from '../../features/reader.js';
import type { Random } from '../../random.js';
import { hashBytes } from '../../storage/cache.js';
import { weigh } from '../fit-bank.js';
import { nearestOthers, type Others } from '../nearest-others.js';
import { type JudgeName, judgeNames, startingBank, type WitnessSettings } from './settings.js';

/** Raise when neighbours change for the same patches and coreset. */
const VERSION = 1;

/** What judging works on. */
export interface JudgeInput {
  patches: TrainingPatches;
  /** Training patch of each coreset row. */
  picks: Int32Array;
  /** [images] equal for copies of one picture. */
  groups: Int32Array;
}

/**
 * Judgements of all training patches [images·positions] by each judge, remembered; and the seconds they took.
 * @throws Cancelled.
 */
export async function judge(
  lab: Resources,
  input: JudgeInput,
  settings: WitnessSettings,
  random: Random,
): Promise<{ judgements: Map<JudgeName, Float32Array>; others: Others | null; seconds: number }> {
  const judgements = new Map<JudgeName, Float32Array>();
  let others: Others | null = null;
  let seconds = 0;
  for (const name of judgeNames(settings)) {
    if (name === 'isolation') {
      const found = await othersOf(lab, input, settings.others);
      others = found.others;
      seconds += found.seconds;
      judgements.set(name, isolation(others.patches, others.squared, settings.others));
    } else {
      const config = { ...startingBank(settings), discriminator: 'lof-tensor', k: settings.k } as const;
      const weighed = await weigh(lab, input.patches, config, random);
      seconds += weighed.seconds;
      judgements.set(name, weighed.weights);
    }
  }
  return { judgements, others, seconds };
}

/** Neighbours of all training patches in other images, remembered; and the seconds they took. @throws Cancelled. */
export async function othersOf(
  { compute, cache, reporter, signal }: Resources,
  { patches, picks, groups }: JudgeInput,
  m: number,
): Promise<{ others: Others; seconds: number }> {
  let seconds = 0;
  const { positions, dimensions: d } = patches;
  const dependsOn = ['others', VERSION, patches.key, positions, hashBytes(picks), hashBytes(groups), m];
  const stored = await cache.remember('weights', dependsOn, async () => {
    const rows = await patches.stay();
    const progress = reporter.stage('compare images');
    const begin = performance.now();
    const job = { rows, d, positions, picks, groups, m };
    const found = await nearestOthers(compute, job, { progress, signal });
    seconds = (performance.now() - begin) / 1000;
    return {
      patches: { dtype: 'I32', shape: [patches.count, m], data: found.patches },
      squared: { dtype: 'F32', shape: [patches.count, m], data: found.squared },
    };
  });
  const others = { patches: stored.patches.data as Int32Array, squared: stored.squared.data as Float32Array };
  return { others, seconds };
}
