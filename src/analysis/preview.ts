import type { Category } from '../dataset/category.js';
import { discard } from '../denoise/cut.js';
import { gather } from '../detector/bank.js';
import { checkBankConfig } from '../detector/config.js';
import { fitBank } from '../detector/fit-bank.js';
import { anomalyMap } from '../detector/map.js';
import { INDEX_NEIGHBOURS } from '../detector/neighbours.js';
import { imageScores } from '../detector/score.js';
import { InputError } from '../errors.js';
import { type EvaluateConfig, mustBeBank } from '../experiment/config.js';
import { contaminate } from '../experiment/contaminate.js';
import { type Diagnostics, defectPatches, diagnose } from '../experiment/diagnostics.js';
import type { Lab } from '../experiment/lab.js';
import { maskOf } from '../experiment/measure.js';
import { patchGrid } from '../features/layers.js';
import { featureReader } from '../features/reader.js';
import { collectPixels } from '../metrics/pixel.js';
import { rankLabelled } from '../metrics/ranking.js';
import { createRandom } from '../random.js';

/** Answer to a τ. */
export interface PreviewPoint {
  tau: number;
  image: { auroc: number | null };
  pixel: { auroc: number | null };
  diagnostics: Diagnostics;
  seconds: number;
}

/** Answers new τ at once after one fit. */
export interface Preview {
  /** Name of the approximation, for captions. */
  readonly approximation: string;
  at(tau: number): PreviewPoint;
}

/** Neighbours kept a query: when the nearest is removed at some τ, the next one steps in. */
const DEPTH = 16;
/** The largest τ at which a coreset is selected for the union. */
const HIGHEST = 0.4;
/** Every STRIDE-th row and column of a map enters the pixel AUROC. */
const STRIDE = 4;

/**
 * An interactive view of τ. The approximation, `filtered bank`: coresets are selected at τ = 0, the configured τ and 0.4
 * only; for another τ their union is filtered by weight instead of selecting anew, neighbours come from the 16 nearest of
 * the union, and pixel AUROC is taken on every fourth row and column. Compare with `sweep` for the exact value.
 * @throws InputError for a method without a discriminator, or more neighbours than are kept; Cancelled.
 */
export async function createPreview(lab: Lab, category: Category, config: EvaluateConfig): Promise<Preview> {
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
  const { crop } = features.preprocessing;
  const reader = await featureReader(lab, features);
  const patches = await reader.patches(train, () => ({ progress: reporter.stage('train features'), signal }));
  const { dimensions } = patches;
  const fits: Awaited<ReturnType<typeof fitBank>>[] = [];
  for (const tau of [0, bank.tau, HIGHEST]) {
    fits.push(await fitBank(lab, patches, { ...bank, tau }, createRandom(seed)));
  }
  const weights = fits[0].trace.patchWeights!;
  const picks = Int32Array.from(new Set(fits.flatMap((fitted) => [...fitted.bank.picks]))).sort();
  const union = gather({ rows: await patches.rows(), dimensions }, picks, weights, bank);
  const queries = await reader.read(test, { progress: reporter.stage('test features'), signal });
  const index = await compute.run(INDEX_NEIGHBOURS, { bank: union.rows, d: dimensions, k: DEPTH });
  const found = await index.search(queries, { progress: reporter.stage('search'), signal });
  const depth = found.rows.length / (test.length * positions);
  const masks = category.masked ? await Promise.all(test.map((sample) => maskOf(sample, config))) : null;
  const defects = category.masked
    ? await defectPatches(train, features.preprocessing, grid, config.maskMode, lab.threads)
    : null;
  const labels = test.map(({ label }) => label);

  /** Mean distance to the nearest kept rows, the last looked at standing in, times the nearest one's weight. */
  const scoresAt = (kept: Uint8Array): Float32Array =>
    Float32Array.from({ length: test.length * positions }, (_, q) => {
      let [sum, taken, nearest] = [0, 0, -1];
      for (let j = 0; j < depth && taken < bank.neighbours; j++) {
        const at = q * depth + j;
        if (kept[picks[found.rows[at]]] === 0 && j < depth - 1) continue;
        sum += found.squared[at];
        taken++;
        if (nearest < 0) nearest = found.rows[at];
      }
      return (sum / taken) * (union.weights ? union.weights[nearest] : 1);
    });
  return {
    approximation: 'filtered bank',
    at(tau) {
      const begin = performance.now();
      const { kept } = discard(weights, tau);
      const scores = scoresAt(kept);
      const image = rankLabelled(imageScores(scores, positions), labels).auroc;
      const pixel = masks ? thinPixelAuroc(scores, masks, grid, crop) : null;
      const left = picks.filter((pick) => kept[pick] === 1);
      const diagnostics = diagnose(train, positions, left, { kept: tau > 0 ? kept : null }, defects);
      const seconds = (performance.now() - begin) / 1000;
      return { tau, image: { auroc: image }, pixel: { auroc: pixel }, diagnostics, seconds };
    },
  };
}

function thinPixelAuroc(
  scores: Float32Array,
  masks: readonly (Uint8Array | null)[],
  grid: number,
  crop: number,
): number | null {
  const positions = grid * grid;
  const side = Math.floor(crop / STRIDE);
  const thin = <T extends Float32Array | Uint8Array>(full: T): T =>
    full.filter((_, at) => (at % crop) % STRIDE === 2 && Math.floor(at / crop) % STRIDE === 2) as T;
  const pixels = collectPixels(side);
  for (const [i, mask] of masks.entries()) {
    const map = anomalyMap(scores.subarray(i * positions, (i + 1) * positions), grid, crop);
    pixels.add(thin(map), mask && thin(mask));
  }
  return pixels.auroc();
}
