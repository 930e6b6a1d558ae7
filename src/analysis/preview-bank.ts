import type { Category, Sample } from '../dataset/category.js';
import type { TrainingImage } from '../dataset/noise.js';
import { discard } from '../denoise/cut.js';
import { gather, storedWeights } from '../detector/bank.js';
import { type BankConfig, checkBankConfig } from '../detector/config.js';
import { weigh } from '../detector/fit-bank.js';
import { InputError } from '../errors.js';
import { type EvaluateConfig, mustBeBank } from '../experiment/config.js';
import { contaminate } from '../experiment/contaminate.js';
import type { Lab } from '../experiment/lab.js';
import { patchGrid } from '../features/layers.js';
import { featureReader } from '../features/reader.js';
import type { Progress } from '../progress.js';
import { createRandom } from '../random.js';
import { DEPTH, type NearestKept, nearestKept } from './nearest-kept.js';
import { PREVIEWED, previewPicks } from './preview-picks.js';

/** The filtered bank of a preview: what answers any τ after one fit. */
export interface PreviewBank {
  bank: BankConfig;
  train: TrainingImage[];
  test: Sample[];
  /** Patches a side, and an image. */
  grid: number;
  positions: number;
  /** [train·positions] outlier weights. */
  weights: Float32Array;
  /** Training patches of the bank, ascending. */
  picks: Int32Array;
  /** [picks] what multiplies the scores of patches that match a row; null where nothing does. */
  soft: Float32Array | null;
  /** Of each of [test·positions] patches the bank's rows that count at some τ up to {@link PREVIEWED}. */
  found: NearestKept;
}

/**
 * Fits what a preview answers from: one bank for all τ ({@link previewPicks}), and of every test patch the rows of it that are nearest at some τ.
 * @throws InputError for a method without a discriminator, or more neighbours than are kept; Cancelled.
 */
export async function previewBank(lab: Lab, category: Category, config: EvaluateConfig): Promise<PreviewBank> {
  mustBeBank(config, 'preview');
  const { features, seed } = config;
  const bank = checkBankConfig(config.settings);
  if (!bank.discriminator) throw new InputError(`${config.method} has no τ to preview`, 'Choose a SoftPatch method');
  if (bank.neighbours > DEPTH) {
    throw new InputError(`a preview keeps ${DEPTH} neighbours, not ${bank.neighbours}`, 'Lower neighbours, or sweep');
  }
  const { compute, reporter, signal } = lab;
  const { train, test } = contaminate(category, config);
  const { side: grid, positions } = patchGrid(features);
  const reader = await featureReader(lab, features);
  const patches = await reader.patches(train, () => ({ progress: reporter.stage('train features'), signal }));
  const { dimensions } = patches;
  const random = createRandom(seed);
  const { weights } = await weigh(lab, patches, bank, random);
  // Begun while the selection is laid out, when threads have nothing else to do.
  let reading: Promise<Float32Array> | undefined;
  const readTest = (): Promise<Float32Array> => {
    reading ??= reader.read(test, { progress: reporter.stage('test features'), signal });
    // Told below, unless the selection fails first.
    reading.catch(() => {});
    return reading;
  };
  const picks = await previewPicks(lab, patches, bank, weights, random, readTest);
  const { rows } = gather({ rows: await patches.rows(), dimensions }, picks, null, bank);
  const queries = await readTest();
  const own = Float32Array.from(picks, (pick) => weights[pick]);
  const filtered = { rows, d: dimensions, weights: own, lowest: discard(weights, PREVIEWED).cut };
  const stage = (): Progress => reporter.stage('search');
  const found = await nearestKept(compute, filtered, bank.neighbours, queries, { stage, signal });
  return { bank, train, test, grid, positions, weights, picks, soft: storedWeights(picks, weights, bank), found };
}
