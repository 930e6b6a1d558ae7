import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Category } from '../dataset/category.js';
import { type DrawnOptions, writeDrawnCategory } from '../dataset/drawn/write.js';
import { openCategory } from '../dataset/layouts.js';
import { injectNoise, type NoiseOptions, type NoisyCategory } from '../dataset/noise.js';
import { type FittedBank, isBank } from '../detector/bank-system.js';
import type { Compute } from '../detector/compute.js';
import type { EngineChoice } from '../engine/names.js';
import { InputError } from '../errors.js';
import { type EvaluateConfig, evaluateConfig, type FeatureChoice, type SystemChoice } from '../experiment/config.js';
import { defectPatches } from '../experiment/diagnostics.js';
import { type EvaluateResult, type EvaluateWatch, evaluate } from '../experiment/evaluate.js';
import { fitSystem } from '../experiment/fit-system.js';
import { openCompute } from '../experiment/resources.js';
import { patchGrid } from '../features/embedder.js';
import { findWeights, WEIGHTS_FOLDER, weightsIn } from '../features/weight-files.js';
import { encodePng } from '../image/codec.js';
import { startThreads, type Threads } from '../kernels/threads.js';
import { type Reporter, SILENT } from '../progress.js';
import { createRandom } from '../random.js';
import { type Cache, openCache } from '../storage/cache.js';
import { cellReporter } from './cell-reporter.js';

/** What a notebook works on: one cell decides between the drawn set and real data. */
export interface LessonSettings {
  /** Folder of categories in MVTec's layout; null: a small drawn set. */
  data?: string | null;
  category?: string;
  backbone?: string;
  /** Weight file, or null: `data/weights/<backbone>.safetensors` if there, else seeded random ones. */
  weights?: string | null;
  /** Side of the images in pixels; real data wants 256. */
  size?: number;
  noise?: Partial<NoiseOptions>;
  seed?: number;
  /** What computes, as `--engine`. Default: `auto`, a real GPU where there is one. */
  engine?: EngineChoice;
}

/** A notebook's surroundings. Close it in the last cell. */
export interface Lesson {
  threads: Threads;
  /** Where the stages run. */
  compute: Compute;
  cache: Cache;
  category: Category;
  /** The contaminated category. */
  noisy: NoisyCategory;
  features: FeatureChoice;
  /** Whether this is the drawn set. Pictures of real data stay out of saved notebooks. */
  drawn: boolean;
  /** Folder of categories. */
  data: string;
  /** Hears long work: progress on real data, nothing on the drawn set, so that saved outputs stay the same. */
  reporter: Reporter;
  /** Where figures go: `figures`, or what SOFTPATCH_FIGURES names. */
  figures: string;
  /** The drawn set, cache and results of lessons: `data/lesson`, or what SOFTPATCH_LESSON names. */
  folder: string;
  seed: number;
  /** A configuration on this lesson's images and noise. */
  config(
    choice: Omit<SystemChoice, 'features'> & Partial<Pick<EvaluateConfig, 'maskMode'>>,
    filter?: LessonFilter,
  ): EvaluateConfig;
  evaluate(config: EvaluateConfig, watch?: EvaluateWatch): Promise<EvaluateResult>;
  /** Fits a memory bank on the contaminated images, to look inside. @throws InputError for a method without one. */
  fit(config: EvaluateConfig): Promise<FittedBank>;
  /** Which training patches are defective by mask, [images · positions] of 1 and 0. @throws InputError without masks. */
  defects(config: EvaluateConfig): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Image-level denoising in front of a method. */
export type LessonFilter = Omit<SystemChoice, 'features'> & { budget: number };

/** The project's folder, wherever the notebook was started. */
export const PROJECT: string = fileURLToPath(new URL('../../..', import.meta.url));
const SMALL: DrawnOptions = { seed: 0, train: 24, good: 8, defective: 4 };

const lessonFolder = (): string => process.env.SOFTPATCH_LESSON ?? join(PROJECT, 'data/lesson');

/**
 * Opens what a notebook needs. Without data it draws a small set once, into `data/lesson`.
 * @throws InputError for data or weights that cannot be read.
 */
export async function openLesson(settings: LessonSettings = {}): Promise<Lesson> {
  const { category: name = 'bracket', backbone = 'resnet18', size = settings.data ? 256 : 128, seed = 0 } = settings;
  const own = lessonFolder();
  const data = settings.data ?? own;
  if (!settings.data && !existsSync(join(data, name))) await writeDrawnCategory(data, name, SMALL, encodePng);
  const category = await openCategory(data, name);
  const noise: NoiseOptions = { ratio: 0.15, overlap: true, ...settings.noise };
  const noisy = injectNoise(category, noise, createRandom(seed).fork('noise'));
  const threads = startThreads();
  const compute = await openCompute(settings.engine ?? 'auto', threads, console.log);
  const cache = openCache(join(own, 'cache'));
  const { weights: given } = settings;
  const weights =
    typeof given === 'string' ? findWeights(backbone, given) : weightsIn(join(PROJECT, WEIGHTS_FOLDER), backbone);
  const crop = size === 256 ? {} : { crop: size };
  const features: FeatureChoice = { backbone, weights, preprocessing: { resize: size, ...crop } };
  const reporter = settings.data ? cellReporter() : SILENT;
  const chosen = (choice: Omit<SystemChoice, 'features'>): SystemChoice => ({ ...choice, features });
  return {
    threads,
    compute,
    cache,
    category,
    noisy,
    features,
    drawn: !settings.data,
    data,
    reporter,
    seed,
    figures: process.env.SOFTPATCH_FIGURES ?? join(PROJECT, 'figures'),
    folder: own,
    config: ({ maskMode, ...choice }, filter) =>
      evaluateConfig({
        ...chosen(choice),
        filter: filter ? { ...chosen(filter), budget: filter.budget } : null,
        noise: { ratio: noise.ratio, overlap: noise.overlap },
        maskMode,
        seed,
      }),
    evaluate: (config, watch) => evaluate(threads, noisy, config, { cache, compute, reporter, ...watch }),
    async fit(config) {
      if (config.filter)
        throw new InputError('fit knows no image-level denoising', 'Use evaluate, or leave the filter out');
      const fitted = await fitSystem({ threads, compute, cache, reporter }, noisy.train, config);
      if (isBank(fitted)) return fitted;
      throw new InputError(`${config.method} has no memory bank`, 'Choose PatchCore or SoftPatch');
    },
    async defects({ features, maskMode }) {
      const { side } = patchGrid(features);
      const found = category.masked ? await defectPatches(noisy.train, features.preprocessing, side, maskMode) : null;
      if (found) return found;
      throw new InputError(`${category.name} has no masks`, 'Choose a category with ground_truth');
    },
    close: () => threads.close(),
  };
}
