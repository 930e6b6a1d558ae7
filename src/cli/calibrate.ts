import type { Command } from 'commander';
import { type LeftOut, leftOutLine } from '../dataset/left-out.js';
import type { Calibration } from '../detector/calibration.js';
import { type Detector, loadDetector, saveDetector } from '../detector/model.js';
import type { EngineChoice } from '../engine/names.js';
import { InputError } from '../errors.js';
import { FALSE_ALARMS } from '../experiment/calibration.js';
import { ascending, withoutAssumed } from '../experiment/calibration-scores.js';
import { refuseKnown } from '../experiment/defects.js';
import { detect } from '../experiment/detect.js';
import { chosenThreshold } from '../experiment/fit.js';
import { locateWeights } from '../experiment/locate-weights.js';
import { imagesOf, promiseLine } from './calibration-options.js';
import { addEngine, addThreads, number } from './options.js';
import { addRecord, recordRun } from './run-record.js';
import { withLab } from './session.js';

interface Options {
  model: string;
  good?: string[];
  defects?: string[];
  falseAlarms?: number;
  assumeDefective?: number;
  weights?: string;
  out: string;
  record: boolean;
  threads?: number;
  engine: EngineChoice;
}

/** `softpatch calibrate`: a saved detector's decision threshold from images that it has not seen. */
export function addCalibrate(program: Command): void {
  const command = program
    .command('calibrate')
    .description(
      "set a saved detector's decision threshold by good images it has not seen, or by a few labelled defects",
    )
    .requiredOption('--model <file>', 'detector written by softpatch fit')
    .option('--good <dir...>', 'good images that were not fitted on; without them the scores of the fit stay')
    .option(
      '--defects <dir...>',
      'a few labelled defects, none of the test set; without --false-alarms they set the threshold',
    )
    .option(
      '--false-alarms <rate>',
      `share of normal images that may be called anomalous (default: ${FALSE_ALARMS})`,
      number,
    )
    .option('--assume-defective <share>', 'of the --good images: so many of the highest scores do not count', number)
    .option('--weights <file>', "the backbone's weights, if they moved")
    .requiredOption('--out <file>', 'where to save the detector with its new threshold');
  addThreads(addEngine(addRecord(command)))
    .addHelpText(
      'after',
      `
Examples:
  softpatch calibrate --model bolt.safetensors --good recent/good --out bolt-2.safetensors
  softpatch calibrate --model bolt.safetensors --defects scratches/ dents/ --out bolt-2.safetensors`,
    )
    .action(runCalibrate);
}

async function runCalibrate(options: Options): Promise<void> {
  if (!options.good && !options.defects && options.falseAlarms === undefined) {
    throw new InputError('nothing to calibrate by was named', 'Give --good DIR, --defects DIR or --false-alarms RATE');
  }
  const detector = await loadDetector(options.model);
  const leftOut: LeftOut[] = [];
  const good = await imagesOf(options.good ?? [], leftOut);
  const defects = await imagesOf(options.defects ?? [], leftOut);
  await refuseKnown(defects, good, 'the good images');
  const weights = options.weights
    ? ({ kind: 'file', path: options.weights } as const)
    : await locateWeights(options.model, detector);
  await withLab(options, async (lab) => {
    const left = leftOutLine(leftOut);
    if (left) lab.reporter.note(left);
    const scores = async (paths: readonly string[]): Promise<number[]> => {
      const found: number[] = [];
      for await (const { score } of detect(lab, detector, paths, { weights })) found.push(score);
      return ascending(found);
    };
    const old = detector.calibration;
    const seen: Pick<Calibration, 'how' | 'scores' | 'assumedDefective'> =
      good.length > 0 ? { how: 'held-out', ...withoutAssumed(await scores(good), options.assumeDefective) } : old;
    const labelled = defects.length > 0 ? await scores(defects) : old.defects;
    const falseAlarms = options.falseAlarms ?? (defects.length > 0 ? null : (old.falseAlarms ?? FALSE_ALARMS));
    const { how, scores: normal, assumedDefective } = seen;
    const calibration: Calibration = { how, scores: normal, assumedDefective, falseAlarms, defects: labelled };
    const own: Detector = { ...detector, calibration, decisionThreshold: chosenThreshold(calibration) };
    await saveDetector(options.out, own);
    const { method, features, settings, decisionThreshold } = own;
    await recordRun(options, {
      configuration: { method, features, settings, falseAlarms, decisionThreshold },
      engine: lab.compute.engine,
      weights: [own.weightsSha256],
      images: { good, defects },
      files: { model: options.model },
      outputs: [options.out],
    });
    console.log(
      `decision threshold ${detector.decisionThreshold.toFixed(4)} → ${own.decisionThreshold.toFixed(4)}, saved to ${options.out}\n${promiseLine(own)}`,
    );
  });
}
