import type { Category } from '../dataset/category.js';
import { discard } from '../denoise/cut.js';
import { imageScores } from '../detector/image-scores.js';
import { anomalyMap } from '../detector/map.js';
import { NO_ROW } from '../detector/no-row.js';
import type { EvaluateConfig } from '../experiment/config.js';
import { type Diagnostics, defectPatches, diagnose } from '../experiment/diagnostics.js';
import type { Lab } from '../experiment/lab.js';
import { maskOf } from '../experiment/measure.js';
import { collectPixels } from '../metrics/pixel.js';
import { rankLabelled } from '../metrics/ranking.js';
import { fewAtOnce } from '../storage/few-at-once.js';
import { previewBank } from './preview-bank.js';
import { thinned, thinSide } from './thin.js';

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

/**
 * An interactive view of τ. The approximation, `filtered bank`: one coreset is selected for all τ, first among the patches that stay at τ = 0.5,
 * then on among those at the configured τ, then among all; for another τ it is filtered by weight instead of selecting anew, of removed rows in
 * the way of a patch 16 are looked at, and pixel AUROC is taken on every fourth row and column. Beyond τ = 0.5 the nearest row that stays there
 * stands in. Compare with `sweep` for the exact value.
 * @throws InputError for a method without a discriminator, or more neighbours than are kept; Cancelled.
 */
export async function createPreview(lab: Lab, category: Category, config: EvaluateConfig): Promise<Preview> {
  const { bank, train, test, grid, positions, weights, picks, soft, found } = await previewBank(lab, category, config);
  const { crop } = config.features.preprocessing;
  const masks = category.masked ? await fewAtOnce(test, (sample) => maskOf(sample, config)) : null;
  const defects = category.masked
    ? await defectPatches(train, config.features.preprocessing, grid, config.maskMode, lab.threads)
    : null;
  const labels = test.map(({ label }) => label);

  /** Mean distance to the nearest kept rows, the last looked at standing in, times the nearest one's weight. */
  const { depth } = found;
  const scoresAt = (kept: Uint8Array): Float32Array =>
    Float32Array.from({ length: test.length * positions }, (_, q) => {
      let [sum, taken, nearest] = [0, 0, -1];
      for (let j = 0; j < depth && taken < bank.neighbours; j++) {
        const at = q * depth + j;
        if (found.rows[at] === NO_ROW) continue;
        if (kept[picks[found.rows[at]]] === 0 && j < depth - 1) continue;
        sum += found.squared[at];
        taken++;
        if (nearest < 0) nearest = found.rows[at];
      }
      return (sum / taken) * (soft ? soft[nearest] : 1);
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
  const pixels = collectPixels(thinSide(crop));
  for (const [i, mask] of masks.entries()) {
    const map = anomalyMap(scores.subarray(i * positions, (i + 1) * positions), grid, crop);
    pixels.add(thinned(map, crop), mask && thinned(mask, crop));
  }
  return pixels.auroc();
}
