import type { TrainingImage } from '../dataset/noise.js';
import { type LazyBank, type MemoryBank, withoutPatches } from '../detector/bank.js';
import { bankTensors, fittedBank, ownScores, restoredBank } from '../detector/bank-system.js';
import type { Calibration } from '../detector/calibration.js';
import { BANK_METHODS, type BankConfig, checkBankConfig } from '../detector/config.js';
import { extendBank } from '../detector/extend-bank.js';
import { leaveOutScores } from '../detector/leave-out.js';
import type { Detector } from '../detector/model.js';
import type { Fitted } from '../detector/system.js';
import { InputError } from '../errors.js';
import type { FeatureReader, TrainingPatches } from '../features/reader.js';
import type { WeightSource } from '../features/spec.js';
import { createRandom } from '../random.js';
import { noCache } from '../storage/cache.js';
import { FALSE_ALARMS, thresholdAt } from './calibration.js';
import { ascending, type CalibrationChoice, MOST, scoresOf, withoutAssumed } from './calibration-scores.js';
import { detectorReader } from './detect.js';
import { chosenThreshold } from './fit.js';
import type { Lab } from './lab.js';
import { checkMemory } from './memory.js';
import { spread } from './spread.js';
import { ofPictures, tiled } from './tiled.js';

/** How a detector grows. */
export interface ExtendChoice extends CalibrationChoice {
  /** The backbone's weights, where they lie elsewhere than when the detector was fitted. */
  weights?: WeightSource;
  /** Of the projection in which rows are selected, and of every draw: the fit's own gives its continuation. Default: 0. */
  seed?: number;
  /** Of the new images. */
  name: string;
}

/**
 * Grows a saved detector's memory bank by new good images, without the old ones ({@link extendBank}), and sets its decision threshold anew: the
 * new images are scored exactly as if they were not in the bank. Labelled defects are scored again where they are given; those of before are left out.
 * @throws InputError for a detector without a memory bank, or as a fit; Cancelled.
 */
export async function extendDetector(
  lab: Lab,
  detector: Detector,
  images: readonly TrainingImage[],
  { weights = detector.features.weights, seed = 0, name, ...choice }: ExtendChoice,
): Promise<{ detector: Detector; added: number }> {
  const { method, settings, calibration: before } = detector;
  if (!(BANK_METHODS as readonly string[]).includes(method)) {
    throw new InputError(`${method} has no memory bank to grow`, 'Fit it again on all images');
  }
  if (images.length === 0) throw new InputError(`${name} has no training image`, 'Add some');
  const { defects: labelled = [], assumeDefective = 0, how } = choice;
  if (how && how !== 'leave-one-out') {
    const problem = `a grown bank is calibrated by leaving images out, not by ${how}`;
    throw new InputError(problem, 'Leave --calibration out');
  }
  const falseAlarms = choice.falseAlarms ?? (labelled.length > 0 ? null : (before.falseAlarms ?? FALSE_ALARMS));
  // Before the long work.
  thresholdAt({ scores: [0] }, falseAlarms ?? FALSE_ALARMS);
  withoutAssumed([0], assumeDefective);
  const config = checkBankConfig(settings);
  const reader = await detectorReader(lab, detector, weights);
  const { preprocessing } = reader.spec;
  const parts = preprocessing.tile ? await tiled(images, preprocessing) : null;
  const train = parts?.tiles ?? images;
  checkMemory(reader.spec, train.length, lab.reporter);
  const progress = lab.reporter.stage('new features');
  const patches = await reader.patches(train, () => ({ progress, signal: lab.signal }));
  const { bank, first, added } = await extendBank(
    lab,
    patches,
    restoredBank(detector.tensors),
    config,
    createRandom(seed),
  );
  const all = ascending(
    await scoresLeftOut(lab, { reader, patches, bank, first, config, images, pictures: parts?.pictures }),
  );
  if (all.length === 0) throw new InputError('no new image can be scored without itself', 'Give more images');
  const { scores, assumedDefective } = withoutAssumed(all, assumeDefective);
  const requests = labelled.map((path) => ({ path }));
  const defects =
    labelled.length > 0 ? ascending(await scoresOf(lab, scorer(lab, reader, bank, config), requests)) : [];
  const calibration: Calibration = { how: 'leave-one-out', falseAlarms, scores, assumedDefective, defects };
  const grown: Detector = {
    ...detector,
    name: `${detector.name} + ${name}`,
    tensors: bankTensors(bank, config),
    calibration,
    decisionThreshold: chosenThreshold(calibration),
  };
  return { detector: grown, added };
}

interface Grown {
  reader: FeatureReader;
  patches: TrainingPatches;
  bank: MemoryBank;
  /** Number of the first new patch. */
  first: number;
  config: BankConfig;
  images: readonly TrainingImage[];
  /** [tiles] the picture each is a part of. */
  pictures?: Int32Array;
}

/** Scores of new images, evenly spread where they are many, each by the bank without its own rows. */
async function scoresLeftOut(
  lab: Lab,
  { reader, patches, bank, first, config, images, pictures }: Grown,
): Promise<Iterable<number>> {
  const chosen = spread([...images.keys()], MOST);
  // Counted from the new images, rows of old ones belong to none.
  const own = { ...bank, picks: bank.picks.map((pick) => pick - first) };
  if (!ownScores(config)) return leaveOutScores(lab, patches, own, config.neighbours, chosen, pictures);
  const imageOf = (patch: number): number => {
    const part = Math.floor(patch / patches.positions);
    return pictures?.[part] ?? part;
  };
  const progress = lab.reporter.stage('leave one out');
  const scores: number[] = [];
  for (const image of chosen) {
    const fitted = scorer(
      lab,
      reader,
      withoutPatches(own, (patch) => imageOf(patch) === image),
      config,
    );
    for await (const { score } of fitted.score([images[image]], { alone: true })) {
      progress(scores.push(score), chosen.length);
    }
  }
  return scores;
}

function scorer(lab: Lab, reader: FeatureReader, bank: MemoryBank, config: BankConfig): Fitted {
  const lazy: LazyBank = { ...bank, key: '', load: async () => bank };
  const fitted = fittedBank({ ...lab, cache: noCache() }, reader, lazy, null, config);
  const { preprocessing } = reader.spec;
  return preprocessing.tile ? ofPictures(fitted, preprocessing, lab.signal) : fitted;
}
