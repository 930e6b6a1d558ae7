import type { Category, Sample } from '../dataset/category.js';
import type { TrainingImage } from '../dataset/noise.js';
import { discard } from '../denoise/cut.js';
import { gather } from '../detector/bank.js';
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
import { selectKept } from './select-kept.js';

/** The largest τ at which a coreset is selected for the union. */
const HIGHEST = 0.4;
/** The largest τ that a preview answers from all that counts. */
export const PREVIEWED = 0.5;

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
  /** Union of the coresets, by training patch, ascending. */
  picks: Int32Array;
  /** [picks] what multiplies the scores of patches that match a row; null where nothing does. */
  soft: Float32Array | null;
  /** Of each of [test·positions] patches the rows of the union that count at some τ up to {@link PREVIEWED}. */
  found: NearestKept;
}

/**
 * Fits what a preview answers from: the union of the coresets at τ = 0, the configured τ and 0.4, and of every test patch the rows of that
 * union that are nearest at some τ.
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
  const keeps = [...new Set([0, bank.tau, HIGHEST])].map((tau) => (tau > 0 ? discard(weights, tau).kept : null));
  const selected = await selectKept(lab, patches, bank, keeps, random);
  const picks = Int32Array.from(new Set(selected.flatMap((own) => [...own]))).sort();
  const union = gather({ rows: await patches.rows(), dimensions }, picks, weights, bank);
  const queries = await reader.read(test, { progress: reporter.stage('test features'), signal });
  const own = Float32Array.from(picks, (pick) => weights[pick]);
  const filtered = { rows: union.rows, d: dimensions, weights: own, lowest: discard(weights, PREVIEWED).cut };
  const stage = (): Progress => reporter.stage('search');
  const found = await nearestKept(compute, filtered, bank.neighbours, queries, { stage, signal });
  return { bank, train, test, grid, positions, weights, picks, soft: union.weights, found };
}
