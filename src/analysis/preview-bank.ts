import type { Category, Sample } from '../dataset/category.js';
import type { TrainingImage } from '../dataset/noise.js';
import { gather } from '../detector/bank.js';
import { type BankConfig, checkBankConfig } from '../detector/config.js';
import { fitBank } from '../detector/fit-bank.js';
import { INDEX_NEIGHBOURS, type Neighbours } from '../detector/neighbours.js';
import { InputError } from '../errors.js';
import { type EvaluateConfig, mustBeBank } from '../experiment/config.js';
import { contaminate } from '../experiment/contaminate.js';
import type { Lab } from '../experiment/lab.js';
import { patchGrid } from '../features/layers.js';
import { featureReader } from '../features/reader.js';
import { createRandom } from '../random.js';

/** Neighbours kept a query: when the nearest is removed at some τ, the next one steps in. */
const DEPTH = 16;
/** The largest τ at which a coreset is selected for the union. */
const HIGHEST = 0.4;

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
  /** [test·positions × depth] nearest rows of the union. */
  found: Neighbours;
  depth: number;
}

/**
 * Fits what a preview answers from: the union of the coresets at τ = 0, the configured τ and 0.4, and of every test patch its
 * 16 nearest rows of that union.
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
  const fits: Awaited<ReturnType<typeof fitBank>>[] = [];
  for (const tau of new Set([0, bank.tau, HIGHEST])) {
    fits.push(await fitBank(lab, patches, { ...bank, tau }, createRandom(seed)));
  }
  const weights = fits[0].trace.patchWeights!;
  const picks = Int32Array.from(new Set(fits.flatMap((fitted) => [...fitted.bank.picks]))).sort();
  const union = gather({ rows: await patches.rows(), dimensions }, picks, weights, bank);
  const queries = await reader.read(test, { progress: reporter.stage('test features'), signal });
  const index = await compute.run(INDEX_NEIGHBOURS, { bank: union.rows, d: dimensions, k: DEPTH });
  const found = await index.search(queries, { progress: reporter.stage('search'), signal });
  const depth = found.rows.length / (test.length * positions);
  return { bank, train, test, grid, positions, weights, picks, soft: union.weights, found, depth };
}
