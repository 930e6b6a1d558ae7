import type { Resources } from '../../engine/resources.js';
import { patchGrid } from '../../features/layers.js';
import { pictureGroups } from '../../features/picture-groups.js';
import type { FeatureReader, TrainingPatches } from '../../features/reader.js';
import type { ImageRequest } from '../../features/spec.js';
import type { Random } from '../../random.js';
import type { LazyBank } from '../bank.js';
import { type FitTrace, fitBank } from '../fit-bank.js';
import type { Others } from '../nearest-others.js';
import { judge } from './judge.js';
import { startingBank, type WitnessSettings } from './settings.js';
import { reachVerdict, type Verdict } from './verdict.js';

/** What comparing training images with each other gives. */
export interface Inspection {
  patches: TrainingPatches;
  bank: LazyBank;
  /** `denoise` is the time of judging. */
  trace: FitTrace;
  /** [images] equal for copies of one picture. */
  groups: Int32Array;
  /** Of each patch the nearest of other images; null without the judge `isolation`. */
  others: Others | null;
  verdict: Verdict;
}

/**
 * Selects a coreset of everything, judges every training patch by it and reaches a verdict (docs/cleaning.md 2 to 5).
 * @throws InputError for images that cannot be read or too few of them; Cancelled.
 */
export async function inspectTraining(
  lab: Resources,
  reader: FeatureReader,
  train: readonly ImageRequest[],
  settings: WitnessSettings,
  random: Random,
): Promise<Inspection> {
  const { reporter, signal } = lab;
  const patches = await reader.patches(train, () => ({ progress: reporter.stage('train features'), signal }));
  const { bank, trace } = await fitBank(lab, patches, startingBank(settings), random);
  const groups = await pictureGroups(train);
  const { judgements, others, seconds } = await judge(lab, { patches, picks: bank.picks, groups }, settings, random);
  const verdict = reachVerdict(judgements, patchGrid(reader.spec).side, settings, others);
  const [{ judged, cut }] = verdict.opinions;
  const told: FitTrace = {
    patchWeights: judged,
    kept: verdict.doubted?.map((flag) => 1 - flag) ?? null,
    cut: verdict.doubted ? cut : null,
    seconds: { ...trace.seconds, denoise: seconds },
  };
  return { patches, bank, trace: told, groups, others, verdict };
}
