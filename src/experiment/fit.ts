import type { TrainingImage } from '../dataset/noise.js';
import type { Calibration } from '../detector/calibration.js';
import type { Detector } from '../detector/model.js';
import { InputError } from '../errors.js';
import { FALSE_ALARMS, thresholdAt } from './calibration.js';
import {
  ascending,
  type CalibrationChoice,
  calibrationScores,
  scoresOf,
  withoutAssumed,
} from './calibration-scores.js';
import type { EvaluateConfig } from './config.js';
import { thresholdBetween } from './defects.js';
import { filterTraining } from './filter.js';
import { fitSystem } from './fit-system.js';
import type { Lab } from './lab.js';

/**
 * Fits a detector on training images, filtered first where so configured, and sets its decision threshold by a chosen
 * false-alarm rate from training images that are scored as if they were new. Where the method itself found dirt among them, so large a
 * share of the highest scores is left out unless the choice says how many. What the method found is noted.
 * @throws InputError for bad images, weights or switches; Cancelled.
 */
export async function fitDetector(
  lab: Lab,
  name: string,
  images: readonly TrainingImage[],
  config: Pick<EvaluateConfig, 'method' | 'profile' | 'features' | 'settings' | 'filter' | 'seed'>,
  choice: CalibrationChoice = {},
): Promise<Detector> {
  if (images.length === 0) throw new InputError(`${name} has no training image`, 'Add some');
  const { defects: labelled = [] } = choice;
  const falseAlarms = choice.falseAlarms ?? (labelled.length > 0 ? null : FALSE_ALARMS);
  // Before the long work.
  thresholdAt({ scores: [0] }, falseAlarms ?? FALSE_ALARMS);
  withoutAssumed([0], choice.assumeDefective);
  const { method, profile, settings, seed } = config;
  const filtered = config.filter && (await filterTraining(lab, images, config.filter, seed));
  const train = filtered?.kept ?? images;
  const { fitted, reader } = await fitSystem(lab, train, config);
  for (const note of fitted.notes ?? []) lab.reporter.note(note);
  const { assumeDefective = fitted.decision?.cleans ? fitted.decision.share : 0 } = choice;
  const tensors = await fitted.tensors();
  const { how, scores: all } = await calibrationScores(lab, fitted, train, config, choice);
  const { scores, assumedDefective } = withoutAssumed(all, assumeDefective);
  const defects = labelled.length > 0 ? ascending(await scoresOf(lab, fitted, requests(labelled))) : [];
  const calibration: Calibration = { how, falseAlarms, scores, assumedDefective, defects };
  return {
    name,
    method,
    profile,
    features: reader.spec,
    weightsSha256: reader.weightsSha256,
    engine: lab.compute.engine,
    settings,
    dropped: filtered?.report.dropped ?? [],
    decisionThreshold: chosenThreshold(calibration),
    calibration,
    tensors,
  };
}

/** The decision threshold that a calibration chooses: by its rate, else between good images and defects. */
export function chosenThreshold(calibration: Calibration): number {
  const { falseAlarms } = calibration;
  return falseAlarms === null ? thresholdBetween(calibration) : thresholdAt(calibration, falseAlarms).decisionThreshold;
}

const requests = (paths: readonly string[]): { path: string }[] => paths.map((path) => ({ path }));
