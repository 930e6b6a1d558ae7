import { basename, join } from 'node:path';
import type { Command } from 'commander';
import { csvFormat } from 'd3-dsv';
import { leftOutLine, noImages } from '../dataset/left-out.js';
import { isFolder, type Survey, surveyFolder } from '../dataset/listing.js';
import { type Detector, loadDetector } from '../detector/model.js';
import type { EngineChoice } from '../engine/names.js';
import { InputError } from '../errors.js';
import { thresholdAt } from '../experiment/calibration.js';
import { type Detection, detect } from '../experiment/detect.js';
import { locateWeights } from '../experiment/locate-weights.js';
import { contrastAbout, explainedPicture } from '../figures/explained.js';
import { networkView } from '../figures/pictures.js';
import { shrunk } from '../figures/shrunk.js';
import { writeAtomically } from '../storage/atomic.js';
import { promiseLine } from './calibration-options.js';
import { type InputImages, picturePaths } from './map-paths.js';
import { addEngine, addThreads, number } from './options.js';
import { writeJsonOutput, writeOutput } from './outputs.js';
import { addRecord, recordRun } from './run-record.js';
import { withLab } from './session.js';
import { textTable } from './table.js';

interface Options {
  model: string;
  csv?: string;
  maps?: string;
  json?: string;
  weights?: string;
  threshold?: number;
  falseAlarms?: number;
  record: boolean;
  threads?: number;
  engine: EngineChoice;
}

/** `softpatch detect`: score images with a saved detector. */
export function addDetect(program: Command): void {
  const command = program
    .command('detect')
    .description('score one image or a folder with a fitted detector')
    .argument('<path...>', 'images or folders (with their sub-folders)')
    .requiredOption('--model <file>', 'detector written by softpatch fit')
    .option('--csv <file>', 'write path, score and decision of every image; - is standard output')
    .option('--maps <dir>', 'write a picture of every image: itself, its heat map, what was found, score and verdict')
    .option('--json <file>', 'write the scores as JSON; - is standard output')
    .option('--weights <file>', "the backbone's weights, if they moved")
    .option('--false-alarms <rate>', 'sensitivity: another share of normal images may be called anomalous', number)
    .option('--threshold <score>', 'another decision threshold: raw scores above it are anomalous', number);
  addThreads(addEngine(addRecord(command)))
    .addHelpText(
      'after',
      `
Images that cannot be read are listed; the others are scored all the same, and the command ends with 1.

Examples:
  softpatch detect photo.png --model bolt.safetensors
  softpatch detect inbox/ --model bolt.safetensors --csv scores.csv --maps heat/
  softpatch detect inbox/ --model bolt.safetensors --false-alarms 0.05 --csv - | sort -t, -k2 -n`,
    )
    .action(runDetect);
}

type Row = Omit<Detection, 'map'>;

async function runDetect(paths: string[], options: Options): Promise<void> {
  const detector = await loadDetector(options.model);
  const decisionThreshold = chosenThreshold(detector, options);
  const weights = options.weights
    ? ({ kind: 'file', path: options.weights } as const)
    : await locateWeights(options.model, detector);
  const inputs = await Promise.all(paths.map(expand));
  const images = inputs.flatMap((input) => input.images.map(({ path }) => path));
  const names = picturePaths(inputs);
  const contrast = contrastAbout(decisionThreshold);
  const rows: Row[] = [];
  const failures = inputs.flatMap(({ argument, problems }) =>
    problems.map(({ message }) => ({ path: argument, failure: message })),
  );
  const left = leftOutLine(inputs.flatMap(({ leftOut }) => leftOut));
  await withLab(options, async (lab) => {
    if (left) lab.reporter.note(left);
    const onUnreadable = (path: string, { message }: Error): void => void failures.push({ path, failure: message });
    for await (const found of detect(lab, detector, images, { weights, decisionThreshold, onUnreadable })) {
      const { map, ...row } = found;
      rows.push(row);
      if (!options.maps) continue;
      const { path, score, level } = row;
      const shown = {
        ...shrunk(await networkView(path, detector.features.preprocessing), map),
        score,
        decisionThreshold,
        mask: null,
        contrast,
      };
      const picture = await explainedPicture({ ...shown, title: basename(path), detail: `level ${level.toFixed(3)}` });
      await writeAtomically(join(options.maps, names.get(path)!), picture);
    }
    if (options.csv) await writeOutput(options.csv, csvOf(rows, failures, decisionThreshold));
    if (options.json) {
      await writeJsonOutput(options.json, { model: options.model, decisionThreshold, images: rows, failures });
    }
    await recordRun(options, {
      configuration: {
        method: detector.method,
        features: detector.features,
        settings: detector.settings,
        decisionThreshold,
      },
      engine: lab.compute.engine,
      weights: [detector.weightsSha256],
      images: { scored: images },
      files: { model: options.model },
      outputs: [options.csv, options.json],
      folders: [options.maps],
      failures: failures.map(({ failure }) => failure),
    });
  });
  print(rows, { ...detector, decisionThreshold });
  if (failures.length === 0) return;
  // Each names its file.
  const lines = failures.map(({ failure }) => `  ${failure}`).join('\n');
  throw new InputError(
    `${failures.length} of ${rows.length + failures.length} images could not be scored:\n${lines}`,
    'The others were scored and all outputs were written',
  );
}

function csvOf(
  rows: readonly Row[],
  failures: readonly { path: string; failure: string }[],
  threshold: number,
): string {
  const columns = ['path', 'score', 'level', 'pValue', 'anomalous', 'decisionThreshold', 'failure'];
  const scored = rows.map((row) => ({ ...row, decisionThreshold: threshold, failure: '' }));
  const lines: Record<string, unknown>[] = [...scored, ...failures];
  return `${csvFormat(lines, columns)}\n`;
}

function print(rows: readonly Row[], detector: Detector): void {
  console.log(
    textTable(
      ['image', 'score', 'level', 'verdict'],
      rows.map(({ path, score, level, anomalous }) => [
        path,
        score.toFixed(4),
        level.toFixed(3),
        anomalous ? 'anomalous' : 'normal',
      ]),
    ),
  );
  const anomalous = rows.filter((row) => row.anomalous).length;
  console.log(
    `\ndecision threshold ${detector.decisionThreshold.toFixed(4)}; ${anomalous} of ${rows.length} anomalous\n` +
      promiseLine(detector),
  );
}

/** The decision threshold a user set, by score or by rate, else the detector's own. */
function chosenThreshold(detector: Detector, { threshold, falseAlarms }: Options): number {
  if (threshold !== undefined && falseAlarms !== undefined) {
    throw new InputError('--threshold and --false-alarms both set the decision threshold', 'Give one of them');
  }
  if (falseAlarms !== undefined) return thresholdAt(detector.calibration, falseAlarms).decisionThreshold;
  return threshold ?? detector.decisionThreshold;
}

async function expand(argument: string): Promise<InputImages & Pick<Survey, 'leftOut' | 'problems'>> {
  if (!(await isFolder(argument))) {
    return { argument, images: [{ path: argument, file: basename(argument) }], leftOut: [], problems: [] };
  }
  const survey = await surveyFolder(argument);
  if (survey.images.length === 0) throw survey.problems[0] ?? noImages(argument, survey.leftOut);
  return { argument, ...survey };
}
