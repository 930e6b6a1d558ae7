import { type Command, Option } from 'commander';
import type { LeftOut } from '../dataset/left-out.js';
import { isFolder, listImages } from '../dataset/listing.js';
import type { Detector } from '../detector/model.js';
import { FALSE_ALARMS, promised } from '../experiment/calibration.js';
import type { CalibrationChoice } from '../experiment/calibration-scores.js';
import { missedAt } from '../experiment/defects.js';
import { number, whole } from './options.js';

/** Options that set the decision threshold. */
export interface CalibrationOptions {
  falseAlarms?: number;
  defects?: string[];
  calibration?: 'leave-one-out' | 'refit' | 'none';
  folds?: number;
  assumeDefective?: number;
}

export function addCalibrationOptions(command: Command): Command {
  return command
    .option(
      '--false-alarms <rate>',
      `share of normal images that may be called anomalous; sets the decision threshold (default: ${FALSE_ALARMS})`,
      number,
    )
    .option(
      '--defects <dir...>',
      'a few labelled defects, none of the test set; without --false-alarms they set the threshold',
    )
    .addOption(
      new Option(
        '--calibration <way>',
        'how training images are scored as if new (default: leave-one-out where the method can, else refit)',
      ).choices(['leave-one-out', 'refit', 'none']),
    )
    .option('--folds <n>', 'parts that are left out in turn when refitting, which it chooses (default: 5)', whole)
    .option(
      '--assume-defective <share>',
      'of the training images: so many of the highest scores do not count (default: 0)',
      number,
    );
}

/**
 * What a user chose of the calibration; the defects as image paths. Folds are those of refitting, so naming them chooses it.
 * @param leftOut takes what is not read. @throws InputError for a folder without images.
 */
export async function calibrationChoice(options: CalibrationOptions, leftOut: LeftOut[]): Promise<CalibrationChoice> {
  const { falseAlarms, folds, assumeDefective, defects } = options;
  const how = options.calibration ?? (folds === undefined ? undefined : 'refit');
  return { falseAlarms, how, folds, assumeDefective, defects: await imagesOf(defects ?? [], leftOut) };
}

/** The images of folders, and images that are named. @param leftOut takes what is not read. @throws InputError for a folder without images. */
export async function imagesOf(paths: readonly string[], leftOut: LeftOut[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    if (!(await isFolder(path))) {
      found.push(path);
      continue;
    }
    const { images, leftOut: left } = await listImages(path);
    leftOut.push(...left);
    found.push(...images.map((image) => image.path));
  }
  return found;
}

const WAYS = {
  'leave-one-out': 'training images, each left out in turn',
  refit: 'training images, scored by fits without them',
  'held-out': 'images held out for it',
  'in-sample': 'training images that were fitted on: too few are expected',
} as const;

/** `false alarms expected: 1.2 % (95 % interval 0.1 % to 3.0 %), from 240 training images, each left out in turn`. */
export function promiseLine({
  calibration,
  decisionThreshold,
}: Pick<Detector, 'calibration' | 'decisionThreshold'>): string {
  const { how, falseAlarms, assumedDefective } = calibration;
  const { expected, images, interval } = promised(calibration, decisionThreshold);
  const wanted = falseAlarms === null ? 0 : Math.ceil(1 / falseAlarms - 1e-9) - 1;
  const { missed, defects, interval: between } = missedAt(calibration, decisionThreshold);
  return [
    `false alarms expected: ${percent(expected)} (95 % interval ${percent(interval[0])} to ${percent(interval[1])}), from ${images} ${WAYS[how]}`,
    ...(assumedDefective > 0
      ? [`${assumedDefective} images with the highest scores were assumed to be defective`]
      : []),
    ...(defects > 0
      ? [
          `defects missed: ${missed} of ${defects} labelled (95 % interval ${percent(between[0])} to ${percent(between[1])})`,
        ]
      : []),
    ...(images < wanted
      ? [`${images} images cannot promise ${percent(falseAlarms ?? 0)}; ${wanted} or more could`]
      : []),
  ].join('\n');
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
