import { basename } from 'node:path';
import type { Command } from 'commander';
import { leaveOut, readExclusions } from '../dataset/exclusions.js';
import { openCategory } from '../dataset/layouts.js';
import { type LeftOut, leftOutLine } from '../dataset/left-out.js';
import { type Listed, listImages } from '../dataset/listing.js';
import { readManifest } from '../dataset/manifest.js';
import type { TrainingImage } from '../dataset/noise.js';
import { injectNoise } from '../dataset/noise.js';
import { loadDetector, saveDetector } from '../detector/model.js';
import { SYSTEMS } from '../detector/systems.js';
import { InputError } from '../errors.js';
import { evaluateConfig } from '../experiment/config.js';
import { refuseKnown } from '../experiment/defects.js';
import { extendDetector } from '../experiment/extend.js';
import { fitDetector } from '../experiment/fit.js';
import { locateWeights } from '../experiment/locate-weights.js';
import { weightsIdentity } from '../features/weights-identity.js';
import type { Preprocessing } from '../image/preprocess.js';
import { createRandom } from '../random.js';
import {
  addCalibrationOptions,
  type CalibrationOptions,
  calibrationChoice,
  promiseLine,
} from './calibration-options.js';
import { withoutExcluded } from './contaminated.js';
import { refuseIdleSwitches } from './ignored-switches.js';
import { addMethodOptions, filterChoice, type MethodOptions, systemChoice } from './method-options.js';
import {
  addCacheOptions,
  addExclude,
  addFeatureOptions,
  addMemory,
  addNoiseOptions,
  addPrecisionNetwork,
  addThreads,
  addTiles,
  type CacheOptions,
  type FeatureOptions,
  type NoiseCliOptions,
  type TileOptions,
} from './options.js';
import { writeJsonOutput } from './outputs.js';
import { addRecord, recordRun } from './run-record.js';
import { withLab } from './session.js';

interface Options
  extends FeatureOptions,
    TileOptions,
    MethodOptions,
    NoiseCliOptions,
    CacheOptions,
    CalibrationOptions {
  data?: string;
  category?: string;
  good?: string[];
  exclude?: string;
  out: string;
  extend?: string;
  selfContained?: boolean;
  json?: string;
  record: boolean;
  threads?: number;
  memory?: number;
  seed: number;
}

/** `softpatch fit`: a detector from training images, saved. */
export function addFit(program: Command): void {
  const command = program
    .command('fit')
    .description('fit a detector on training images and save it')
    .option('--data <dir>', 'folder of categories in MVTec or BTAD layout, or one category')
    .option('--category <name>', 'category under --data')
    .option('--good <dir...>', 'plain folders of training images, instead of --data')
    .requiredOption('--out <file>', 'where to save the detector (.safetensors)')
    .option('--extend <file>', 'grow the memory bank of this detector by the images of --good, without its old ones')
    .option('--self-contained', "keep the network's weights in the file too, so that it can travel alone")
    .option('--json <file>', 'write what was fitted; - is standard output');
  addCalibrationOptions(addTiles(addRecord(command)));
  addCacheOptions(
    addMemory(
      addThreads(addExclude(addNoiseOptions(addMethodOptions(addPrecisionNetwork(addFeatureOptions(command)))))),
    ),
  )
    .addHelpText(
      'after',
      `
Examples:
  softpatch fit --good photos/good --out mine.safetensors
  softpatch fit --data data/mvtec --category screw --method softpatch-lof --out screw.safetensors
  softpatch fit --extend mine.safetensors --good photos/march --out mine-2.safetensors`,
    )
    .action(runFit);
}

async function runFit(options: Options): Promise<void> {
  if (options.extend) return runExtend(options, options.extend);
  const { method, seed } = options;
  // Of one's own pictures nothing should be cut away unasked.
  const own = options.good && !options.frame && options.crop === undefined && options.tile === undefined;
  const choice = await systemChoice(own ? { ...options, frame: 'squeeze' } : options);
  const config = evaluateConfig({ ...choice, seed, filter: filterChoice(options, choice.features.backbone) }, SYSTEMS);
  refuseIdleSwitches(method, Object.keys(choice.settings ?? {}), [config.settings]);
  const { name, train, test, leftOut } = await trainingImages(options);
  const calibration = await calibrationChoice(options, leftOut);
  await refuseKnown(calibration.defects ?? [], test, 'the test set');
  const nominal = train.filter(({ noise }) => !noise).map(({ path }) => path);
  await refuseKnown(calibration.defects ?? [], nominal, 'the good images');
  await withLab(options, async (lab) => {
    const left = leftOutLine(leftOut);
    if (left) lab.reporter.note(left);
    if (config.features.weights.kind === 'random') lab.reporter.note('no weights given or found: random ones are used');
    const detector = await fitDetector(lab, name, train, config, calibration);
    await saveDetector(options.out, detector, options);
    const { tensors, ...rest } = detector;
    const coresetSize = tensors.picks?.data.length ?? null;
    if (options.json) await writeJsonOutput(options.json, { ...rest, out: options.out, coresetSize });
    await recordRun(options, {
      configuration: { name, ...config, calibration: { ...calibration, defects: undefined } },
      engine: lab.compute.engine,
      weights: [detector.weightsSha256, ...(config.filter ? [await weightsIdentity(config.filter.features)] : [])],
      images: { training: train.map(({ path }) => path), defects: calibration.defects ?? [] },
      files: { noiseManifest: options.noiseManifest, exclude: options.exclude },
      outputs: [options.out, options.json],
    });
    const size = coresetSize === null ? '' : `${coresetSize} patches, `;
    const dropped = detector.dropped.length > 0 ? ` (${detector.dropped.length} more were dropped)` : '';
    console.log(
      `fitted ${method} on ${train.length - detector.dropped.length} images of ${name}${dropped}: ${size}` +
        `decision threshold ${detector.decisionThreshold.toFixed(4)}, saved to ${options.out}\n${seen(config.features.preprocessing)}\n${promiseLine(detector)}`,
    );
  });
}

/** A saved detector with more good images. */
async function runExtend(options: Options, model: string): Promise<void> {
  const before = await loadDetector(model);
  const { name, train, leftOut } = await trainingImages(options);
  const calibration = await calibrationChoice(options, leftOut);
  const good = train.map(({ path }) => path);
  await refuseKnown(calibration.defects ?? [], good, 'the good images');
  const weights = options.weights
    ? ({ kind: 'file', path: options.weights } as const)
    : await locateWeights(model, before);
  await withLab(options, async (lab) => {
    const left = leftOutLine(leftOut);
    if (left) lab.reporter.note(left);
    const { seed } = options;
    const { detector, added } = await extendDetector(lab, before, train, { ...calibration, weights, seed, name });
    await saveDetector(options.out, detector, options);
    const { tensors, ...rest } = detector;
    const coresetSize = tensors.picks.data.length;
    if (options.json) await writeJsonOutput(options.json, { ...rest, out: options.out, coresetSize, added });
    await recordRun(options, {
      configuration: {
        name,
        method: detector.method,
        settings: detector.settings,
        seed,
        calibration: { ...calibration, defects: undefined },
        added,
      },
      engine: lab.compute.engine,
      weights: [detector.weightsSha256],
      images: { added: good, defects: calibration.defects ?? [] },
      files: { extended: model, exclude: options.exclude },
      outputs: [options.out, options.json],
    });
    const [was, is] = [before, detector].map(({ decisionThreshold }) => decisionThreshold.toFixed(4));
    console.log(
      `${model} and ${train.length} images of ${name}: ${added} patches more, ${coresetSize} in all, ` +
        `decision threshold ${was} → ${is}, saved to ${options.out}\n${promiseLine(detector)}`,
    );
  });
}

/** What the detector sees of a picture. */
function seen({ resize, crop, square, pad, tile }: Preprocessing): string {
  if (tile)
    return `pictures are seen at their own resolution in tiles of ${crop} px that overlap by ${tile.overlap} px or more`;
  if (pad) return `pictures are padded to a square and resized to ${crop} px`;
  if (square && crop === resize) return `whole pictures are squeezed to ${crop}×${crop} px`;
  return `of pictures resized to ${resize} px the middle ${crop}×${crop} px is seen (--frame squeeze or pad: the whole)`;
}

/** What a detector is fitted on. */
interface Training {
  name: string;
  train: TrainingImage[];
  /** Paths of the test set they belong to. */
  test: string[];
  leftOut: LeftOut[];
}

async function trainingImages(options: Options): Promise<Training> {
  if (options.data) {
    const category = await withoutExcluded(await openCategory(options.data, options.category), options.exclude);
    const manifest = options.noiseManifest ? await readManifest(options.noiseManifest) : undefined;
    const noise = {
      noise: options.noise,
      overlap: true,
      augmentation: options.noiseAugmentation,
      repeat: options.repeatNoise,
      manifest,
    };
    const { train } = injectNoise(category, noise, createRandom(options.seed).fork('noise'));
    const { name, test, leftOut } = category;
    return { name, train, test: test.map(({ path }) => path), leftOut: [...leftOut] };
  }
  if (!options.good) throw new InputError('no images were named', 'Give --data DIR or --good DIR');
  const images: Listed[] = [];
  const leftOut: LeftOut[] = [];
  for (const folder of options.good) {
    const { images: own, leftOut: left } = await listImages(folder);
    leftOut.push(...left);
    // Of several folders a name says which.
    images.push(
      ...own.map((image) =>
        options.good!.length > 1 ? { ...image, file: `${basename(folder)}/${image.file}` } : image,
      ),
    );
  }
  const plain = { label: 0, type: 'good', mask: null, noise: false, augmentation: null } as const;
  const train = images.map(({ path, file }) => ({ ...plain, path, name: `good/${file}` }));
  const { exclude } = options;
  const name = options.good.join(' ');
  const kept = exclude ? leaveOut(train, await readExclusions(exclude), exclude) : train;
  return { name, test: [], train: kept, leftOut };
}
