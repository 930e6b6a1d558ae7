import type { Category, Sample } from '../dataset/category.js';
import { leftOutLine } from '../dataset/left-out.js';
import type { NoiseManifest } from '../dataset/manifest.js';
import type { TrainingImage } from '../dataset/noise.js';
import { isBank } from '../detector/bank-system.js';
import type { Decision, Fitted, Judge } from '../detector/system.js';
import { patchGrid } from '../features/layers.js';
import type { FeatureReader } from '../features/reader.js';
import type { PixelMetrics } from '../metrics/pixel.js';
import { type CacheCounts, contentKey } from '../storage/cache.js';
import type { EvaluateConfig } from './config.js';
import { contaminate } from './contaminate.js';
import { type Diagnostics, defectPatches, diagnose } from './diagnostics.js';
import { type FilterReport, filterTraining } from './filter.js';
import { fitSystem } from './fit-system.js';
import type { Lab } from './lab.js';
import { type ImageResult, measure } from './measure.js';
import { outsideNotes } from './outside-notes.js';
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
  /** What the method found of its training images, with the suspected ones by name; null for methods that do not judge them. */
  decision: NamedDecision | null;
  /** What one should know beside the figures, e.g. a rule that looked at the test set. */
  notes: string[];
  timings: Timings;
  peakMemoryBytes: number;
  config: EvaluateConfig;
  /** The draw of noise. */
  manifest: NoiseManifest;
  images: ImageResult[];
  /** What was reused from the cache and what was computed. */
  cache: CacheCounts;
  versions: Versions;
}

/** A decision whose suspects have their images' names. */
export type NamedDecision = Omit<Decision, 'suspects'> & {
  suspects: (Decision['suspects'][number] & { name: string })[];
};

function withNames(decision: Decision, train: readonly { name: string }[]): NamedDecision {
  return { ...decision, suspects: decision.suspects.map((own) => ({ ...own, name: train[own.image].name })) };
}

/** Who looks on while an evaluation runs. */
export interface EvaluateObserver {
  /** Called for every test image with its map [crop × crop], e.g. to save heat maps. */
  onImage?: (sample: Sample, score: number, map: Float32Array) => void | Promise<void>;
  /** Called once with the fitted detector. */
  onFit?: (fitted: Fitted) => void | Promise<void>;
}

/**
 * Contaminates a category, fits a method on it and measures it on its test set: the paper's experiment, one cell.
 * @throws InputError for bad input; Cancelled.
 */
export async function evaluate(
  lab: Lab,
  category: Category,
  config: EvaluateConfig,
  { onImage, onFit }: EvaluateObserver = {},
): Promise<EvaluateResult> {
  const begin = performance.now();
  const { maskMode, seed } = config;
  const { masked } = category;
  const left = leftOutLine(category.leftOut);
  if (left) lab.reporter.note(left);
  const { test, manifest, train: all } = contaminate(category, config);
  const filtered = config.filter && (await filterTraining(lab, all, config.filter, seed));
  const train = filtered?.kept ?? all;
  const judge = (reader: FeatureReader): Judge => ({
    key: async () =>
      contentKey([await reader.keys(test), test.map(({ mask, label }) => [mask !== null, label]), maskMode]),
    async measure(half) {
      const { image, pixel } = await measure(half, test, config, { masked, threads: lab.threads, signal: lab.signal });
      return { image: image.auroc, pixel: pixel.auroc };
    },
  });
  const { fitted, reader } = await fitSystem(lab, train, config, { judge });
  await onFit?.(fitted);
  const diagnostics = await diagnosed(lab, fitted, train, masked, config);
  const progress = lab.reporter.stage('test');
  const measured = await measure(fitted, test, config, {
    masked,
    threads: lab.threads,
    signal: lab.signal,
    progress,
    onImage,
  });
  const { image, pixel, images, seconds } = measured;
  const total = (performance.now() - begin) / 1000;
  lab.threads.release();
  reader.release();
  return {
    category: category.name,
    image,
    pixel,
    diagnostics,
    filter: filtered?.report ?? null,
    decision: fitted.decision ? withNames(fitted.decision, train) : null,
    notes: [...(fitted.notes ?? []), ...outsideNotes(measured.outside, config), ...measured.doubts],
    timings: {
      ...reader.seconds,
      filter: filtered?.report.seconds ?? 0,
      ...{ fit: 0, denoise: 0, coreset: 0, search: 0, score: seconds, map: 0 },
      ...fitted.seconds,
      total,
    },
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    config,
    manifest: { ...manifest, seed: manifest.seed ?? seed },
    images,
    cache: lab.cache.counts,
    versions: {
      softpatchLab: packageVersion(),
      node: process.version,
      engine: lab.compute.engine,
      library: reader.library(),
      stages: lab.compute.stages ?? {},
      weightsSha256: reader.weightsSha256,
    },
  };
}

/** Diagnostics of a memory bank against the masks; for other detectors only the counts of images. */
async function diagnosed(
  lab: Lab,
  fitted: Fitted,
  train: readonly TrainingImage[],
  masked: boolean,
  { features, maskMode }: EvaluateConfig,
): Promise<Diagnostics> {
  const { side, positions } = patchGrid(features);
  if (!isBank(fitted)) return diagnose(train, positions, null, { kept: null }, null);
  const defects = masked ? await defectPatches(train, features.preprocessing, side, maskMode, lab.threads) : null;
  return diagnose(train, positions, fitted.bank.picks, fitted.trace ?? { kept: null }, defects);
}
