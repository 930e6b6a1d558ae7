import type { Sample } from '../dataset/category.js';
import type { NoiseManifest } from '../dataset/manifest.js';
import type { NoisyCategory } from '../dataset/noise.js';
import type { LazyBank } from '../detector/bank.js';
import { type FitTrace, fitBank } from '../detector/fit-bank.js';
import { anomalyMap } from '../detector/map.js';
import { imageScores, patchScores } from '../detector/score.js';
import { checkCancelled } from '../errors.js';
import { patchGrid } from '../features/embedder.js';
import { imageSize } from '../image/codec.js';
import { loadMask } from '../image/mask.js';
import type { Threads } from '../kernels/threads.js';
import { collectPixels, type PixelMetrics } from '../metrics/pixel.js';
import { rankLabelled } from '../metrics/ranking.js';
import { createRandom } from '../random.js';
import { type Cache, type CacheCounts, noCache } from '../storage/cache.js';
import type { EvaluateConfig } from './config.js';
import { type Diagnostics, defectPatches, diagnose } from './diagnostics.js';
import { featureReader } from './features.js';
import { type Reporter, SILENT } from './reporter.js';
import { imageSearch } from './search.js';
import { packageVersion, type Versions } from './versions.js';

/** Seconds of wall clock; parallel stages of extraction are shown as their share. Remembered stages cost next to nothing. */
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
  /** What was reused from the cache and what was computed. */
  cache: CacheCounts;
  versions: Versions;
}

/** What an evaluation may be given beside its configuration. */
export interface EvaluateWatch {
  reporter?: Reporter;
  signal?: AbortSignal;
  cache?: Cache;
  /** Called for every test image with its map [crop × crop], e.g. to save heat maps. */
  onImage?: (sample: Sample, score: number, map: Float32Array) => void | Promise<void>;
  /** Called once with the fitted bank. */
  onFit?: (bank: LazyBank, trace: FitTrace) => void | Promise<void>;
}

/** Test images embedded at a time: bounds memory, keeps every thread busy. */
const BATCH = 32;

/**
 * Fits a method on a contaminated category and measures it on its test set: the paper's experiment, one cell.
 * @throws InputError for bad input; Cancelled.
 */
export async function evaluate(
  threads: Threads,
  noisy: NoisyCategory,
  config: EvaluateConfig,
  watch: EvaluateWatch = {},
): Promise<EvaluateResult> {
  const { category, train, test, manifest } = noisy;
  const { reporter = SILENT, signal, cache = noCache(), onImage, onFit } = watch;
  const begin = performance.now();
  const { features, bank: bankConfig, maskMode } = config;
  const { preprocessing } = features;
  const { side: gridSide, positions } = patchGrid(features);
  const reader = await featureReader(threads, features, cache);

  let stage = reporter.stage('denoise');
  const patches = await reader.patches(train, () => ({ progress: reporter.stage('train features'), signal }));
  const { bank, trace } = await fitBank(threads, patches, bankConfig, createRandom(config.seed), {
    stage: (name) => {
      stage = reporter.stage(name);
    },
    progress: (done, total) => stage(done, total),
    signal,
    cache,
  });
  threads.release();
  await onFit?.(bank, trace);
  const defects = category.masked ? await defectPatches(train, preprocessing, gridSide, maskMode) : null;
  const diagnostics = diagnose(train, positions, bank.picks, trace, defects);

  const search = imageSearch(threads, reader, bank, bankConfig.neighbours, positions, cache);
  const measured = { score: 0, map: 0 };
  const timed = async <T>(name: keyof typeof measured, work: () => Promise<T> | T): Promise<T> => {
    const start = performance.now();
    const value = await work();
    measured[name] += (performance.now() - start) / 1000;
    return value;
  };
  const pixels = collectPixels(preprocessing.crop);
  const images: ImageResult[] = [];
  const testing = reporter.stage('test');
  for (let from = 0; from < test.length; from += BATCH) {
    checkCancelled(signal);
    const batch = test.slice(from, from + BATCH);
    const found = await search.search(batch, signal);
    for (const [i, sample] of batch.entries()) {
      const scores = patchScores(found[i], bank.weights, positions);
      const [score] = imageScores(scores, positions);
      const map = await timed('map', () => anomalyMap(scores, gridSide, preprocessing.crop));
      if (category.masked) await timed('score', async () => pixels.add(map, await maskOf(sample, config)));
      images.push({ name: sample.name, type: sample.type, label: sample.label, score });
      await onImage?.(sample, score, map);
    }
    testing(Math.min(from + BATCH, test.length), test.length);
  }
  const ranking = rankLabelled(
    images.map(({ score }) => score),
    images.map(({ label }) => label),
  );
  const none: PixelMetrics = { auroc: null, ap: null, aupro: null };
  const pixel = await timed('score', () => (category.masked ? pixels.metrics() : none));
  const total = (performance.now() - begin) / 1000;
  threads.release();
  return {
    category: category.name,
    image: { auroc: ranking.auroc, ap: ranking.ap, f1max: ranking.f1max },
    pixel,
    diagnostics,
    timings: { ...reader.seconds, ...trace.seconds, search: search.seconds(), ...measured, total },
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    config,
    noise: { ...manifest, seed: manifest.seed ?? config.seed },
    images,
    cache: cache.counts,
    versions: {
      softpatchLab: packageVersion(),
      node: process.version,
      executor: reader.executor(),
      weightsSha256: reader.weightsSha256,
    },
  };
}

/** A test image's mask at the input's size, or null where the image has none. */
export async function maskOf(sample: Sample, { features, maskMode }: EvaluateConfig): Promise<Uint8Array | null> {
  if (!sample.mask) return null;
  const size = await imageSize(sample.path);
  return loadMask(sample.mask, { path: sample.path, ...size }, features.preprocessing, maskMode);
}
