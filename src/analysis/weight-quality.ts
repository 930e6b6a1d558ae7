import { checkLength } from '../arguments.js';
import { rankLabelled } from '../metrics/ranking.js';

/** How well outlier weights tell defect patches from the rest of the training set. */
export interface WeightQuality {
  /** AUROC of the weight as a detector of defect patches; null without any. */
  auroc: number | null;
  /** Defect patches by mask, and those of them that were removed. */
  defects: number;
  removed: number;
}

/**
 * Judges a discriminator by the masks of the injected images, which training never sees.
 * @param weights [patches]. @param kept [patches] of 1 and 0. @param defects [patches] of 1 and 0, from `defectPatches`.
 */
export function weightQuality(weights: Float32Array, kept: Uint8Array, defects: Uint8Array): WeightQuality {
  checkLength('kept', kept, weights.length);
  checkLength('defects', defects, weights.length);
  const labels = Array.from(defects, (flag): 0 | 1 => (flag === 1 ? 1 : 0));
  const count = defects.reduce((sum, flag) => sum + flag, 0);
  const removed = defects.reduce((sum, flag, patch) => sum + (flag === 1 && kept[patch] === 0 ? 1 : 0), 0);
  return { auroc: rankLabelled(Array.from(weights), labels).auroc, defects: count, removed };
}
