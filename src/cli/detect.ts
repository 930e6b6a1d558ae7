import { mkdir } from 'node:fs/promises';
import { basename, extname, join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { csvFormat } from 'd3-dsv';
import { isFolder, listImages } from '../dataset/listing.js';
import { type Detector, loadDetector } from '../detector/model.js';
import type { EngineChoice } from '../engine/names.js';
import { InputError } from '../errors.js';
import { thresholdAt } from '../experiment/calibration.js';
import { type Detection, detect } from '../experiment/detect.js';
import { decodeRgb, encodePng } from '../image/codec.js';
import { overlay } from '../image/overlay.js';
import { resizeAndCrop } from '../image/preprocess.js';
import { writeAtomically, writeError } from '../storage/atomic.js';
import { promiseLine } from './calibration-options.js';
import { addEngine, addThreads, number } from './options.js';
import { writeJsonOutput, writeOutput } from './outputs.js';
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
    .option('--csv <file>', 'write path, score and decision of every image')
    .option('--maps <dir>', 'write heat maps as PNG overlays')
    .option('--json <file>', 'write the scores as JSON')
    .option('--weights <file>', "the backbone's weights, if they moved")
    .option('--false-alarms <rate>', 'sensitivity: another share of normal images may be called anomalous', number)
    .option('--threshold <score>', 'another decision threshold: raw scores above it are anomalous', number);
  addThreads(addEngine(command))
    .addHelpText(
      'after',
      `
Examples:
  softpatch detect photo.png --model bolt.safetensors
  softpatch detect inbox/ --model bolt.safetensors --csv scores.csv --maps heat/`,
    )
    .action(runDetect);
}

async function runDetect(paths: string[], options: Options): Promise<void> {
  const detector = await loadDetector(options.model);
  const images = (await Promise.all(paths.map(expand))).flat();
  if (options.maps)
    await mkdir(options.maps, { recursive: true }).catch((error) => {
      throw writeError(options.maps!, error);
    });
  const decisionThreshold = chosenThreshold(detector, options);
  const { preprocessing } = detector.features;
  const rows: Omit<Detection, 'map'>[] = [];
  await withLab(options, async (lab) => {
    const weights = options.weights ? ({ kind: 'file', path: options.weights } as const) : undefined;
    for await (const { map, ...row } of detect(lab, detector, images, { weights, decisionThreshold })) {
      rows.push(row);
      const { path } = row;
      if (!options.maps) continue;
      const picture = resizeAndCrop(await decodeRgb(path), preprocessing);
      const name = relative(process.cwd(), resolve(path))
        .replace(/\.\.[\\/]/g, '')
        .replace(/[\\/:]/g, '_');
      await writeAtomically(
        join(options.maps, `${basename(name, extname(name))}.png`),
        await encodePng(overlay(picture, map, decisionThreshold / 2, decisionThreshold * 1.5)),
      );
    }
    if (options.csv)
      await writeOutput(options.csv, `${csvFormat(rows.map((row) => ({ ...row, decisionThreshold })))}\n`);
    if (options.json) await writeJsonOutput(options.json, { model: options.model, decisionThreshold, images: rows });
  });
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
  console.log(
    `\ndecision threshold ${decisionThreshold.toFixed(4)}; ${rows.filter(({ anomalous }) => anomalous).length} of ${rows.length} anomalous\n` +
      promiseLine({ ...detector, decisionThreshold }),
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

async function expand(path: string): Promise<string[]> {
  if (!(await isFolder(path))) return [path];
  const images = (await listImages(path)).map((image) => image.path);
  if (images.length === 0) throw new InputError(`${path} holds no images`, 'Give a folder of PNG or JPEG images');
  return images;
}
