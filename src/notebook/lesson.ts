import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Category } from '../dataset/category.js';
import { type Difficulty, HARD, PLAIN } from '../dataset/drawn/difficulty.js';
import { ensureDrawnCategory } from '../dataset/drawn/ensure.js';
import type { DrawnOptions } from '../dataset/drawn/write.js';
import { openCategory } from '../dataset/layouts.js';
import type { NoiseOptions, NoisyCategory } from '../dataset/noise.js';
import { type FittedBank, isBank } from '../detector/bank-system.js';
import type { EngineChoice } from '../engine/names.js';
import { InputError } from '../errors.js';
import {
  type EvaluateConfig,
  evaluateConfig,
  type FeatureChoice,
  type MethodChoice,
  type MethodSettings,
} from '../experiment/config.js';
import { contaminate } from '../experiment/contaminate.js';
import { defectPatches } from '../experiment/diagnostics.js';
import { type EvaluateObserver, type EvaluateResult, evaluate } from '../experiment/evaluate.js';
import { fitSystem } from '../experiment/fit-system.js';
import { type Lab, openLab } from '../experiment/lab.js';
import { patchGrid } from '../features/layers.js';
import { findWeights, WEIGHTS_FOLDER, weightsIn } from '../features/weight-files.js';
import { encodePng } from '../image/codec.js';
import { cellReporter } from './cell-reporter.js';
import { inCell } from './in-cell.js';

/** What a notebook works on: one cell decides between the drawn set and real data. */
export interface LessonSettings {
  /** Folder of categories in MVTec's layout; null: a small drawn set. */
  data?: string | null;
  category?: string;
  /** What makes the drawn set harder: `'hard'` for a little of everything, or single knobs (docs/drawn.md). Default: nothing. */
  difficulty?: 'hard' | Partial<Difficulty>;
  backbone?: string;
  /** Weight file, or null: `data/weights/<backbone>.safetensors` if there, else seeded random ones. */
  weights?: string | null;
  /** Side of the images in pixels; real data wants 256. */
  size?: number;
  /** The noise. Default: r = 0.15 with overlap. */
  contamination?: Partial<NoiseOptions>;
  seed?: number;
  /** What computes, as `--engine`. Default: `auto`, a real GPU where there is one. */
  engine?: EngineChoice;
}

/** A built-in method with switches of its own, on a lesson's features. */
export type LessonChoice = {
  [Method in keyof MethodSettings]: Omit<Extract<MethodChoice, { method: Method }>, 'features'>;
}[keyof MethodSettings];

/** Image-level denoising in front of a method. */
export type LessonFilter = LessonChoice & { budget: number };

/**
 * A notebook's surroundings: a lab, and what it works on. Close it in the last cell. Work stops when the cell that called it is
 * interrupted; progress is shown while it lasts.
 */
export interface Lesson extends Lab {
  readonly category: Category;
  /** The contaminated category. */
  readonly noisy: NoisyCategory;
  readonly features: FeatureChoice;
  /** Whether this is the drawn set. Pictures of real data stay out of saved notebooks. */
  readonly drawn: boolean;
  /** Folder of categories. */
  readonly data: string;
  /** Where figures go: `figures`, or what SOFTPATCH_FIGURES names. */
  readonly figures: string;
  /** The drawn set, cache and results of lessons: `data/lesson`, or what SOFTPATCH_LESSON names. */
  readonly folder: string;
  readonly seed: number;
  /** A configuration on this lesson's images and noise. */
  config(choice: LessonChoice & Partial<Pick<EvaluateConfig, 'maskMode'>>, filter?: LessonFilter): EvaluateConfig;
  evaluate(config: EvaluateConfig, observer?: EvaluateObserver): Promise<EvaluateResult>;
  /** Fits a memory bank on the contaminated images, to look inside. @throws InputError for a method without one. */
  fit(config: EvaluateConfig): Promise<FittedBank>;
  /** Which training patches are defective by mask, [images · positions] of 1 and 0. @throws InputError without masks. */
  defects(config: EvaluateConfig): Promise<Uint8Array>;
}

/** The drawn set of lessons. */
export const LESSON_SET: DrawnOptions = { seed: 0, train: 24, good: 8, defective: 4 };

/** The user's project: the nearest folder at or above the working directory that holds `data`, else the working directory. */
export function projectFolder(from: string = process.cwd()): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'data'))) return folder;
    if (dirname(folder) === folder) return from;
  }
}

/**
 * Opens what a notebook needs. Without data it draws a small set once, into `data/lesson`.
 * @throws InputError for data or weights that cannot be read.
 */
export async function openLesson(settings: LessonSettings = {}): Promise<Lesson> {
  const { category: name = 'bracket', backbone = 'resnet18', size = settings.data ? 256 : 128, seed = 0 } = settings;
  const project = projectFolder();
  const folder = process.env.SOFTPATCH_LESSON ?? join(project, 'data/lesson');
  const { difficulty = {} } = settings;
  const knobs: Partial<Difficulty> = difficulty === 'hard' ? HARD : difficulty;
  const data = settings.data ?? join(folder, folderOf(knobs));
  if (!settings.data) await ensureDrawnCategory(data, name, { ...LESSON_SET, difficulty: knobs }, encodePng);
  const category = await openCategory(data, name);
  const contamination: NoiseOptions = { noise: 0.15, overlap: true, ...settings.contamination };
  const { weights: given } = settings;
  const weights =
    typeof given === 'string' ? findWeights(backbone, given) : weightsIn(join(project, WEIGHTS_FOLDER), backbone);
  const crop = size === 256 ? {} : { crop: size };
  const features: FeatureChoice = { backbone, weights, preprocessing: { resize: size, ...crop } };
  const lab = inCell(
    await openLab({ engine: settings.engine, cache: join(folder, 'cache'), reporter: cellReporter() }),
  );
  const config: Lesson['config'] = ({ maskMode, ...choice }, filter) =>
    evaluateConfig({
      ...choice,
      features,
      filter: filter ? { ...filter, features } : null,
      contamination,
      maskMode,
      seed,
    });
  return inCell({
    ...lab,
    category,
    noisy: contaminate(category, config({ method: 'patchcore' })),
    features,
    drawn: !settings.data,
    data,
    figures: process.env.SOFTPATCH_FIGURES ?? join(project, 'figures'),
    folder,
    seed,
    config,
    evaluate: (own, observer) => evaluate(lab, category, own, observer),
    fit: (own) => fitInside(lab, category, own),
    async defects({ features: own, maskMode }) {
      const { side } = patchGrid(own);
      const { train } = contaminate(category, config({ method: 'patchcore' }));
      const found = category.masked ? await defectPatches(train, own.preprocessing, side, maskMode, lab.threads) : null;
      if (found) return found;
      throw new InputError(`${category.name} has no masks`, 'Choose a category with ground_truth');
    },
  });
}

/** Sets of other knobs lie in folders of their own, named by what is not plain. */
function folderOf(knobs: Partial<Difficulty>): string {
  const turned = Object.entries(knobs).filter(([name, value]) => value !== PLAIN[name as keyof Difficulty]);
  return turned.map(([name, value]) => `${name}-${value}`).join('_');
}

/** A memory bank fitted on the contaminated images, to look inside. */
async function fitInside(lab: Lab, category: Category, config: EvaluateConfig): Promise<FittedBank> {
  if (config.filter) {
    throw new InputError('fit knows no image-level denoising', 'Use evaluate, or leave the filter out');
  }
  const { fitted } = await fitSystem(lab, contaminate(category, config).train, config);
  if (isBank(fitted)) return fitted;
  throw new InputError(`${config.method} has no memory bank`, 'Choose PatchCore or SoftPatch');
}
