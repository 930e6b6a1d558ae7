import type { NoisyCategory } from '../dataset/noise.js';
import { discard } from '../denoise/threshold.js';
import { threadCompute } from '../detector/compute.js';
import { checkBankConfig } from '../detector/config.js';
import { fitBank } from '../detector/fit-bank.js';
import { anomalyMap } from '../detector/map.js';
import { imageScores } from '../detector/score.js';
import { InputError } from '../errors.js';
import { type EvaluateConfig, mustBeBank } from '../experiment/config.js';
import { type Diagnostics, defectPatches, diagnose } from '../experiment/diagnostics.js';
import type { EvaluateWatch } from '../experiment/evaluate.js';
import { maskOf } from '../experiment/measure.js';
import { patchGrid } from '../features/embedder.js';
import { EMBEDDING_DIMENSIONS } from '../features/embedding.js';
import { featureReader } from '../features/reader.js';
import { sharedFloats } from '../kernels/arena.js';
import type { Threads } from '../kernels/threads.js';
import { collectPixels } from '../metrics/pixel.js';
import { rankLabelled } from '../metrics/ranking.js';
import { createRandom } from '../random.js';
import { noCache } from '../storage/cache.js';

/** Answer to a threshold. */
export interface PreviewPoint {
  threshold: number;
  image: { auroc: number | null };
  pixel: { auroc: number | null };
  diagnostics: Diagnostics;
  seconds: number;
}

/** Answers new thresholds at once after one fit. */
export interface Preview {
  /** Name of the approximation, for captions. */
  readonly approximation: string;
  at(threshold: number): PreviewPoint;
}

/** Neighbours kept a query: when the nearest is removed at some τ, the next one steps in. */
const DEPTH = 16;
/** The strictest threshold at which a coreset is selected for the union. */
const HIGHEST = 0.4;
/** Every STRIDE-th row and column of a map enters the pixel AUROC. */
const STRIDE = 4;

/**
 * An interactive view of the threshold. The approximation, `filtered bank`: coresets are selected at τ = 0, the
 * configured τ and 0.4 only; for another τ their union is filtered by weight instead of selecting anew, neighbours come
 * from the 16 nearest of the union, and pixel AUROC is taken on every fourth row and column. Compare with `sweep` for the exact value.
 * @throws InputError for a method without a discriminator.
 */
export async function createPreview(
  threads: Threads,
  { category, train, test }: NoisyCategory,
  config: EvaluateConfig,
  {
    signal,
    cache = noCache(),
    compute = threadCompute(threads),
  }: Pick<EvaluateWatch, 'signal' | 'cache' | 'compute'> = {},
): Promise<Preview> {
  mustBeBank(config, 'preview');
  const { features, seed } = config;
  const bank = checkBankConfig(config.settings);
  if (!bank.discriminator)
    throw new InputError(`${config.method} has no threshold to preview`, 'Choose a SoftPatch method');
  const { side: grid, positions } = patchGrid(features);
  const { crop } = features.preprocessing;
  const reader = await featureReader(threads, features, cache, compute.extractor);
  const patches = await reader.patches(train, () => ({ signal }));
  const fit = (threshold: number): ReturnType<typeof fitBank> =>
    fitBank(compute, patches, { ...bank, threshold }, createRandom(seed), { signal, cache });
  const fits = [await fit(0), await fit(bank.threshold), await fit(HIGHEST)];
  const weights = fits[0].trace.patchWeights!;
  const picks = Int32Array.from(new Set(fits.flatMap((fitted) => [...fitted.bank.picks]))).sort();
  const rows = await patches.rows();
  const union = sharedFloats(picks.length * EMBEDDING_DIMENSIONS);
  picks.forEach((pick, i) => {
    union.set(rows.subarray(pick * EMBEDDING_DIMENSIONS, (pick + 1) * EMBEDDING_DIMENSIONS), i * EMBEDDING_DIMENSIONS);
  });
  const queries = await reader.read(test, { signal });
  const found = await (await compute.indexNeighbours(union, EMBEDDING_DIMENSIONS, DEPTH)).search(queries, { signal });
  const depth = found.rows.length / (test.length * positions);
  const masks = category.masked ? await Promise.all(test.map((sample) => maskOf(sample, config))) : null;
  const defects = category.masked ? await defectPatches(train, features.preprocessing, grid, config.maskMode) : null;
  const labels = test.map(({ label }) => label);

  const scoresAt = (kept: Uint8Array): Float32Array =>
    Float32Array.from({ length: test.length * positions }, (_, q) => {
      let j = 0;
      while (j < depth - 1 && kept[picks[found.rows[q * depth + j]]] === 0) j++;
      const at = q * depth + j;
      return found.squared[at] * (bank.softWeights ? Math.max(0, weights[picks[found.rows[at]]]) : 1);
    });
  return {
    approximation: 'filtered bank',
    at(threshold) {
      const begin = performance.now();
      const { kept } = discard(weights, threshold);
      const scores = scoresAt(kept);
      const image = rankLabelled(imageScores(scores, positions), labels).auroc;
      const pixel = masks ? thinPixelAuroc(scores, masks, grid, crop) : null;
      const left = picks.filter((pick) => kept[pick] === 1);
      const diagnostics = diagnose(train, positions, left, { kept: threshold > 0 ? kept : null }, defects);
      const seconds = (performance.now() - begin) / 1000;
      return { threshold, image: { auroc: image }, pixel: { auroc: pixel }, diagnostics, seconds };
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
