import { type PreviewBank, previewBank } from '../../analysis/preview-bank.js';
import { PREVIEWED } from '../../analysis/preview-picks.js';
import { coresetSize } from '../../coreset/samplers.js';
import type { Category } from '../../dataset/category.js';
import { discard } from '../../denoise/cut.js';
import { NO_ROW } from '../../detector/no-row.js';
import type { EvaluateConfig } from '../../experiment/config.js';
import type { Lab } from '../../experiment/lab.js';
import { gatherSteps, type Step } from '../view/steps.js';
import type { BaseParts } from './parts.js';

/**
 * A SoftPatch method at every τ up to 0.5 ({@link PREVIEWED}): the library's preview, whose nearest kept row becomes a step function of the cut.
 * @param config one neighbour a score. @throws InputError for a method that removes nothing; Cancelled.
 */
export async function removingParts(lab: Lab, category: Category, config: EvaluateConfig): Promise<BaseParts> {
  const found = await previewBank(lab, category, config);
  const { weights, picks, train, test, positions, bank } = found;
  const lowest = discard(weights, PREVIEWED).cut;
  const steps = gatherSteps(test.length * positions, lowest, (query) => stepsOf(found, query));
  const coreset = coresetSize(bank.ratio, weights.length);
  const suspected = new Uint8Array(train.length);
  return { cut: { name: 'tau' }, coreset, arrays: { weights, suspected, picks, ...steps } };
}

/** The nearest row, and each farther one that is kept where all nearer ones are removed; the last looked at stands in. */
function* stepsOf({ weights, picks, soft, found }: PreviewBank, query: number): Generator<Step> {
  const { depth } = found;
  let least = Number.POSITIVE_INFINITY;
  for (let at = query * depth; at < (query + 1) * depth; at++) {
    const row = found.rows[at];
    if (row === NO_ROW) continue;
    const weight = weights[picks[row]];
    const last = at === (query + 1) * depth - 1;
    if (weight >= least && !last) continue;
    least = Math.min(least, weight);
    yield { from: last ? Number.NEGATIVE_INFINITY : weight, score: found.squared[at] * (soft ? soft[row] : 1) };
  }
}
