import type { Sample } from '../dataset/category.js';
import type { NoiseManifest } from '../dataset/manifest.js';
import type { NoisyCategory } from '../dataset/noise.js';
import { type FitTrace, fitBank, type MemoryBank } from '../detector/bank.js';
import { anomalyMap } from '../detector/map.js';
import { createScorer, imageScores } from '../detector/score.js';
import { checkCancelled } from '../errors.js';
import { patchGrid, specParameters } from '../features/embedder.js';
import { extract } from '../features/extract.js';
import { loadMask } from '../image/mask.js';
import type { Threads } from '../kernels/threads.js';
import { collectPixels, type PixelMetrics } from '../metrics/pixel.js';
import { rankLabelled } from '../metrics/ranking.js';
import { createRandom } from '../random.js';
import type { EvaluateConfig } from './config.js';
import { type Diagnostics, defectPatches, diagnose } from './diagnostics.js';
import { type Reporter, SILENT } from './reporter.js';
import { packageVersion, type Versions } from './versions.js';

/** Seconds of wall clock; parallel stages of extraction are shown as their share. */
export interface Timings {
  decode: number;
  forward: number;
  embed: number;
  denoise: number;
  coreset: number;
  search: number;
  score: number;
  map: number;
  total: number;
}

/** A test image's outcome. */
export interface ImageResult {
  name: string;
  type: string;
  label: 0 | 1 | null;
  score: number;
}

/** What `softpatch evaluate --json` writes; the names are a contract. */
export interface EvaluateResult {
  category: string;
  image: { auroc: number | null; ap: number | null; f1max: number | null };
  pixel: PixelMetrics;
  diagnostics: Diagnostics;
  timings: Timings;
  peakMemoryBytes: number;
  config: EvaluateConfig;
  noise: NoiseManifest;
  images: ImageResult[];
  versions: Versions;
}

/** What an evaluation may be given beside its configuration. */
export interface EvaluateWatch {
  reporter?: Reporter;
  signal?: AbortSignal;
  /** Called for every test image with its map [crop × crop], e.g. to save heat maps. */
  onImage?: (sample: Sample, score: number, map: Float32Array) => void | Promise<void>;
  /** Called once with the fitted bank. */
  onFit?: (bank: MemoryBank, trace: FitTrace) => void | Promise<void>;
}

/** Test images embedded at a time: bounds memory, keeps every thread busy. */
const BATCH = 32;

/**
 * Fits a method on a contaminated category and measures it on its test set: the paper's experiment, one cell.
 * @throws InputError for bad input; Cancelled.
 */
export async function evaluate(
  threads: Threads,
  { category, train, test, manifest }: NoisyCategory,
  config: EvaluateConfig,
  { reporter = SILENT, signal, onImage, onFit }: EvaluateWatch = {},
): Promise<EvaluateResult> {
  const begin = performance.now();
  const timings: Timings = {
    decode: 0,
    forward: 0,
    embed: 0,
    denoise: 0,
    coreset: 0,
    search: 0,
    score: 0,
    map: 0,
    total: 0,
  };
  const timed = async <T>(stage: keyof Timings, work: () => Promise<T> | T): Promise<T> => {
    const start = performance.now();
    const value = await work();
    timings[stage] += (performance.now() - start) / 1000;
    return value;
  };
  const { features, bank: bankConfig, maskMode } = config;
  const { side: gridSide, positions } = patchGrid(features);
  const { crop } = features.preprocessing;
  const { sha256 } = await specParameters(features);
  const embed = async (
    images: Parameters<typeof extract>[2],
    name: string,
  ): Promise<Awaited<ReturnType<typeof extract>>> => {
    const extraction = await extract(threads, features, images, { progress: reporter.stage(name), signal });
    for (const stage of ['decode', 'forward', 'embed'] as const) timings[stage] += extraction.seconds[stage];
    return extraction;
  };

  const training = await embed(train, 'train features');
  let stage = reporter.stage('denoise');
  const { bank, trace } = await fitBank(threads, training.rows, positions, bankConfig, createRandom(config.seed), {
    stage: (name) => {
      stage = reporter.stage(name);
    },
    progress: (done, total) => stage(done, total),
    signal,
  });
  timings.denoise += trace.seconds.denoise;
  timings.coreset += trace.seconds.coreset;
  await onFit?.(bank, trace);
  const defects = category.masked
    ? await defectPatches(train, training.sizes, features.preprocessing, gridSide, maskMode)
    : null;
  const diagnostics = diagnose(train, positions, bank.picks, trace, defects);
  const executor = training.executor;

  const scorer = await timed('search', () => createScorer(threads, bank, bankConfig.neighbours));
  const pixels = collectPixels(crop);
  const images: ImageResult[] = [];
  const testing = reporter.stage('test');
  for (let from = 0; from < test.length; from += BATCH) {
    checkCancelled(signal);
    const batch = test.slice(from, from + BATCH);
    const extraction = await extract(threads, features, batch, { signal });
    for (const name of ['decode', 'forward', 'embed'] as const) timings[name] += extraction.seconds[name];
    const patches = await timed('search', () => scorer.score(extraction.rows, { signal }));
    const scores = await timed('score', () => imageScores(patches, positions));
    for (let i = 0; i < batch.length; i++) {
      const sample = batch[i];
      const map = await timed('map', () =>
        anomalyMap(patches.subarray(i * positions, (i + 1) * positions), gridSide, crop),
      );
      const file = { path: sample.path, ...extraction.sizes[i] };
      const mask = sample.mask ? await loadMask(sample.mask, file, features.preprocessing, maskMode) : null;
      if (category.masked) await timed('score', () => pixels.add(map, mask));
      images.push({ name: sample.name, type: sample.type, label: sample.label, score: scores[i] });
      await onImage?.(sample, scores[i], map);
    }
    testing(Math.min(from + BATCH, test.length), test.length);
  }
  const { auroc, ap, f1max } = rankLabelled(
    images.map(({ score }) => score),
    images.map(({ label }) => label),
  );
  const none: PixelMetrics = { auroc: null, ap: null, aupro: null };
  const pixel = await timed('score', () => (category.masked ? pixels.metrics() : none));
  timings.total = (performance.now() - begin) / 1000;
  return {
    category: category.name,
    image: { auroc, ap, f1max },
    pixel,
    diagnostics,
    timings,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    config,
    noise: { ...manifest, seed: manifest.seed ?? config.seed },
    images,
    versions: { softpatchLab: packageVersion(), node: process.version, executor, weightsSha256: sha256 },
  };
}
