import { type Command, InvalidArgumentError, Option } from 'commander';
import { NOISE_AUGMENTATIONS } from '../dataset/augmentation.js';
import type { ReadingChoice, ReadingDefaults, Settings } from '../detector/system.js';
import { ENGINE_CHOICES, type EngineChoice } from '../engine/names.js';
import { InputError } from '../errors.js';
import type { FeatureChoice } from '../experiment/config.js';
import { BACKBONES } from '../features/native-network.js';
import { isOnnxFile, onnxBackbone } from '../features/onnx-backbone.js';
import { NETWORK_PRECISIONS, type NetworkPrecision } from '../features/spec.js';
import { findWeights } from '../features/weight-files.js';
import type { GreyWindow } from '../image/eight-bit.js';
import type { Preprocessing } from '../image/preprocess.js';
import type { ResampleFilter } from '../image/resample.js';
import { list } from './lists.js';

/** Parses a number or fails with a sentence. */
export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It is not a number.');
  return value;
}

/** Parses an amount from 0. */
export function amount(text: string): number {
  const value = number(text);
  if (value < 0) throw new InvalidArgumentError('It is less than 0.');
  return value;
}

/** Parses a whole number from 0. */
export function whole(text: string): number {
  const value = number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('It is not a whole number from 0.');
  return value;
}

/** Parses `name=value` into settings, added to those before. */
export function assignment(text: string, before: Settings = {}): Settings {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It is not name=value.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

/** Parses two numbers, the second larger. */
function greyWindow(text: string): GreyWindow {
  const values = list(text).map(number);
  const [low, high] = values;
  if (values.length !== 2 || !(high > low)) throw new InvalidArgumentError('Give two numbers, such as 0,4095.');
  return [low, high];
}

/**
 * How pictures of any shape become square: `crop` their centre, `squeeze` both sides to one length, `pad` to a square. The last two
 * see the whole picture.
 */
export type Frame = 'crop' | 'squeeze' | 'pad';

/** Options that choose images' features; what is left out is what the method usually reads. */
export interface FeatureOptions {
  backbone?: string;
  layers?: string[];
  weights?: string;
  resize?: number;
  crop?: number;
  frame?: Frame;
  window?: GreyWindow;
  mean?: number[];
  deviation?: number[];
  interpolation?: ResampleFilter;
  precisionNetwork?: NetworkPrecision;
  engine: EngineChoice;
}

export function addFeatureOptions(command: Command): Command {
  return addEngine(command)
    .option(
      '--backbone <name>',
      `${BACKBONES.join(', ')}, or a network.onnx (default: by method, mostly resnet18)`,
      backboneName,
    )
    .option('--layers <names>', 'layers to read, comma-separated (default: by method; of a .onnx its outputs)', list)
    .option(
      '--weights <file>',
      'safetensors file, or "random" (default: data/weights/<backbone>.safetensors if there, else random)',
    )
    .option('--resize <px>', 'side after resizing, the shorter one unless the method squares (default: 256)', whole)
    .option('--crop <px>', 'side of the centre crop (default: by method, mostly 224)', whole)
    .addOption(
      new Option(
        '--frame <how>',
        'how pictures become square (default: crop, as in the papers, or as the method; fit --good: squeeze)',
      ).choices(['crop', 'squeeze', 'pad']),
    )
    .option(
      '--window <low,high>',
      'values of images deeper than 8 bits that become black and white (default: their full range)',
      greyWindow,
    )
    .option('--mean <r,g,b>', "colours' means in 0…1 (default: ImageNet's, or the JSON beside a .onnx)", colours)
    .option('--deviation <r,g,b>', "colours' standard deviations in 0…1 (default: as --mean)", colours)
    .addOption(
      new Option('--interpolation <filter>', 'how images are resized (default: by method, mostly bilinear)').choices([
        'bilinear',
        'bicubic',
        'lanczos',
        'linear',
        'nearest',
      ]),
    );
}

/** The network's number formats: for commands that fit, which is where activations are measured. */
export function addPrecisionNetwork(command: Command): Command {
  return command.addOption(
    new Option(
      '--precision-network <name>',
      'numbers the network computes with (default: single); int8 is about twice as fast and moves AUROC a little, ResNets on --engine onnx',
    ).choices(NETWORK_PRECISIONS),
  );
}

/** Parses a built-in backbone's name or an ONNX file's. */
function backboneName(text: string): string {
  if (BACKBONES.includes(text) || isOnnxFile(text)) return text;
  throw new InvalidArgumentError(`Choose one of ${BACKBONES.join(', ')}, or a .onnx file.`);
}

/** Parses three numbers. */
function colours(text: string): number[] {
  const values = list(text).map(number);
  if (values.length !== 3) throw new InvalidArgumentError('Give three numbers, such as 0.5,0.5,0.5.');
  return values;
}

export function addEngine(command: Command): Command {
  return command.addOption(
    new Option('--engine <name>', 'what computes, see softpatch doctor; auto takes a real GPU, else the fastest here')
      .choices(ENGINE_CHOICES)
      .default('auto'),
  );
}

/**
 * What a user chose of a system's features; `usual` is what the system reads by itself.
 * @throws InputError for a crop of a frame that crops nothing.
 */
export function featureChoice(
  options: Omit<FeatureOptions, 'engine'> & TileOptions,
  usual: ReadingDefaults,
): FeatureChoice {
  const backbone = options.backbone ?? usual.backbone;
  const { layers } = options;
  const preprocessing = chosenPreprocessing(options, usual.preprocessing);
  return { backbone, layers, weights: findWeights(backbone, options.weights), preprocessing, ...precise(options) };
}

/**
 * What a user chose of a system's features, an ONNX file's network opened. @param reading what the system usually reads.
 * @throws InputError as {@link featureChoice}, or for an unusable ONNX file.
 */
export async function chosenFeatures(
  options: Omit<FeatureOptions, 'engine'> & TileOptions,
  reading: (chosen: Pick<ReadingChoice, 'backbone'>) => ReadingDefaults,
): Promise<FeatureChoice> {
  const { backbone, layers, weights } = options;
  if (backbone === undefined || !isOnnxFile(backbone)) return featureChoice(options, reading({ backbone }));
  if (weights !== undefined) {
    throw new InputError(`--weights would be ignored: ${backbone} holds its own`, 'Leave --weights out');
  }
  const usual = reading({}).preprocessing;
  const set = chosenPreprocessing(options, usual);
  return { ...(await onnxBackbone(backbone, { layers, usual, preprocessing: set })), ...precise(options) };
}

const precise = ({ precisionNetwork: precision }: Pick<FeatureOptions, 'precisionNetwork'>): Partial<FeatureChoice> =>
  precision ? { precision } : {};

function chosenPreprocessing(
  options: Omit<FeatureOptions, 'engine'> & TileOptions,
  usual: Preprocessing,
): Partial<Preprocessing> {
  const { window, mean, deviation, interpolation } = options;
  return {
    ...(options.tile === undefined ? framed(options, usual) : tiles(options.tile, options.tileOverlap)),
    ...(window && { window }),
    ...(mean && { mean }),
    ...(deviation && { deviation }),
    ...(interpolation && { filter: interpolation }),
  };
}

function tiles(tile: number, overlap: number = TILE_OVERLAP): Partial<Preprocessing> {
  if (tile >= 32 && overlap < tile) return { resize: tile, crop: tile, tile: { overlap } };
  throw new InputError(
    `tiles of ${tile} px that overlap by ${overlap} are impossible`,
    'Give --tile from 32 and a smaller --tile-overlap',
  );
}

function framed({ frame, resize, crop }: Omit<FeatureOptions, 'engine'>, usual: Preprocessing): Partial<Preprocessing> {
  if (frame === 'squeeze' || frame === 'pad') {
    const side = resize ?? crop ?? usual.resize;
    if (crop !== undefined && crop !== side) {
      throw new InputError(`--frame ${frame} sees the whole picture and crops nothing`, 'Leave --crop out');
    }
    return { resize: side, crop: side, ...(frame === 'pad' ? { pad: true } : { square: true }) };
  }
  const square = frame === 'crop' ? false : usual.square;
  const own = crop ?? (square ? resize : undefined);
  return {
    ...(resize !== undefined && { resize }),
    ...(own !== undefined && { crop: own }),
    ...(frame === 'crop' && usual.square && { square: false }),
  };
}

/** Options of pictures that are seen in tiles. */
export interface TileOptions {
  tile?: number;
  tileOverlap?: number;
}

const TILE_OVERLAP = 64;

export function addTiles(command: Command): Command {
  return command
    .option('--tile <px>', 'see pictures at their own resolution in tiles of this side, for large ones', whole)
    .option('--tile-overlap <px>', `by how much tiles overlap at least (default: ${TILE_OVERLAP})`, whole);
}

/** Options of noise injection. */
export interface NoiseCliOptions {
  noise: number;
  overlap?: boolean;
  noiseManifest?: string;
  noiseAugmentation: (typeof NOISE_AUGMENTATIONS)[number];
  repeatNoise?: boolean;
}

export function addNoiseOptions(command: Command): Command {
  return command
    .option('--noise <ratio>', 'injected defective images relative to the nominal count', number, 0)
    .option('--overlap', 'injected images stay in the test set too')
    .option('--noise-manifest <file>', 'use this draw instead of drawing')
    .addOption(
      new Option('--noise-augmentation <kind>', 'change of injected copies')
        .choices([...NOISE_AUGMENTATIONS])
        .default('none'),
    )
    .option('--repeat-noise', "draw again beyond the number of anomalous images, slightly moved (SoftPatch+'s way)");
}

/** `--exclude`: images that people took out, as on the page of `softpatch audit`. */
export function addExclude(command: Command): Command {
  return command.option('--exclude <file>', 'list of training images to leave out, as softpatch audit saves it');
}

export function addThreads(command: Command): Command {
  return command.option('--threads <n>', 'worker threads (default: one a core)', whole);
}

/** Bytes of `6GB`, `800MB` or a number of bytes. */
export function byteCount(text: string): number {
  const found = /^(\d+(?:\.\d+)?)\s*(|[KMGT])i?B?$/i.exec(text.trim());
  if (!found || Number(found[1]) <= 0) throw new InvalidArgumentError('It is no amount of memory, such as 6GB.');
  return Math.floor(Number(found[1]) * 1024 ** ['', 'K', 'M', 'G', 'T'].indexOf(found[2].toUpperCase()));
}

export function addMemory(command: Command): Command {
  return command.option(
    '--memory <size>',
    'what fitting may use, such as 6GB; features that take more lie on disk (default: three quarters of what is free)',
    byteCount,
  );
}

/** Where stage results are kept between runs. */
export interface CacheOptions {
  cache: string | false;
  cacheLimit: number;
}

export const CACHE_FOLDER = 'data/cache';

export function addCacheOptions(command: Command): Command {
  return command
    .option('--cache <dir>', 'folder of remembered stage results', CACHE_FOLDER)
    .option('--no-cache', 'compute everything, remember nothing')
    .option('--cache-limit <GB>', 'size to which the cache is trimmed after the run', amount, 20);
}
