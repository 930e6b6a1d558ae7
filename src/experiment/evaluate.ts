import type { Sample } from '../dataset/category.js';
import type { NoiseManifest } from '../dataset/manifest.js';
import type { NoisyCategory } from '../dataset/noise.js';
import { isBank } from '../detector/bank-system.js';
import { type Compute, threadCompute } from '../detector/compute.js';
import type { Fitted, Judge, System, Workshop } from '../detector/system.js';
import { findSystem, SYSTEMS } from '../detector/systems.js';
import { patchGrid } from '../features/embedder.js';
import { featureReader } from '../features/reader.js';
import type { Threads } from '../kernels/threads.js';
import type { PixelMetrics } from '../metrics/pixel.js';
import { type Reporter, SILENT } from '../progress.js';
import { createRandom } from '../random.js';
import { type Cache, type CacheCounts, contentKey, noCache } from '../storage/cache.js';
import type { EvaluateConfig } from './config.js';
import { type Diagnostics, defectPatches, diagnose } from './diagnostics.js';
import { type FilterReport, filterTraining } from './filter.js';
import { type ImageResult, measure } from './measure.js';
import { packageVersion, type Versions } from './versions.js';

/** Seconds of wall clock; parallel stages of extraction are shown as their share. Remembered stages cost next to nothing. */
export interface Timings {
  decode: number;
  forward: number;
  embed: number;
  /** Image-level denoising, its own features included. */
  filter: number;
  /** Fitting of methods without a memory bank: Gaussians, flows. */
  fit: number;
  denoise: number;
  coreset: number;
  search: number;
  score: number;
  map: number;
  total: number;
}

/** What `softpatch evaluate --json` writes; the names are a contract. */
export interface EvaluateResult {
  category: string;
  image: { auroc: number | null; ap: number | null; f1max: number | null };
  pixel: PixelMetrics;
  diagnostics: Diagnostics;
  /** What image-level denoising dropped; null without it. */
  filter: FilterReport | null;
  /** What one should know beside the figures, e.g. a rule that looked at the test set. */
  notes: string[];
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
  /** Where the stages run. Default: on the threads. */
  compute?: Compute;
  /** Called for every test image with its map [crop × crop], e.g. to save heat maps. */
  onImage?: (sample: Sample, score: number, map: Float32Array) => void | Promise<void>;
  /** Called once with the fitted detector. */
  onFit?: (fitted: Fitted) => void | Promise<void>;
  /** Where methods are looked up: your own beside {@link SYSTEMS}. */
  systems?: readonly System[];
}

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
  const { category, test, manifest } = noisy;
  const { reporter = SILENT, signal, cache = noCache(), onFit, systems = SYSTEMS } = watch;
  const { compute = threadCompute(threads) } = watch;
  const begin = performance.now();
  const { features, settings, maskMode, seed } = config;
  const shared = { threads, compute, cache, reporter, signal };
  const filtered = config.filter && (await filterTraining(noisy.train, config.filter, { ...shared, systems, seed }));
  const train = filtered?.kept ?? noisy.train;
  const reader = await featureReader(threads, features, cache, compute.extractor);
  const judge: Judge = {
    key: async () =>
      contentKey([await reader.keys(test), test.map(({ mask, label }) => [mask !== null, label]), maskMode]),
    async measure(half) {
      const { image, pixel } = await measure(half, test, config, { masked: category.masked, signal });
      return { image: image.auroc, pixel: pixel.auroc };
    },
  };
  const work: Workshop = { ...shared, reader, random: createRandom(seed), judge };
  const fitted = await findSystem(config.method, systems).fit(work, train, settings);
  await onFit?.(fitted);
  const diagnostics = await diagnosed(fitted, train, category.masked, config);
  const { image, pixel, images, seconds } = await measure(fitted, test, config, {
    masked: category.masked,
    signal,
    progress: reporter.stage('test'),
    onImage: watch.onImage,
  });
  const total = (performance.now() - begin) / 1000;
  threads.release();
  return {
    category: category.name,
    image,
    pixel,
    diagnostics,
    filter: filtered?.report ?? null,
    notes: [...(fitted.notes ?? [])],
    timings: {
      ...reader.seconds,
      filter: filtered?.report.seconds ?? 0,
      ...{ fit: 0, denoise: 0, coreset: 0, search: 0, score: seconds, map: 0 },
      ...fitted.seconds,
      total,
    },
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    config,
    noise: { ...manifest, seed: manifest.seed ?? seed },
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

/** Diagnostics of a memory bank against the masks; for other detectors only the counts of images. */
async function diagnosed(
  fitted: Fitted,
  train: NoisyCategory['train'],
  masked: boolean,
  { features, maskMode }: EvaluateConfig,
): Promise<Diagnostics> {
  const { side, positions } = patchGrid(features);
  if (!isBank(fitted)) return diagnose(train, positions, null, { kept: null }, null);
  const defects = masked ? await defectPatches(train, features.preprocessing, side, maskMode) : null;
  return diagnose(train, positions, fitted.bank.picks, fitted.trace ?? { kept: null }, defects);
}
