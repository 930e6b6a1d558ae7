import { checkLength, checkWhole, countRows } from '../arguments.js';
import { isFar, type Rows, rowCount } from '../engine/rows.js';
import type { Compute } from '../engine/stage.js';
import type { Watch } from '../progress.js';
import { INDEX_NEIGHBOURS, type Neighbours } from './neighbours.js';

/** Scores patches against a bank. */
export interface BankScorer {
  /** @param rows [patches × dimensions]. @returns [patches] weight · squared distance (docs/methods.md 4.1, step 8). */
  score(rows: Rows, watch?: Watch): Promise<Float32Array>;
  /** Nearest bank rows of patches. */
  neighbours(rows: Rows, watch?: Watch): Promise<Neighbours>;
}

/** Builds the exact index over a bank; scores average the `k` nearest rows. */
export async function createScorer(
  compute: Pick<Compute, 'run'>,
  bank: { rows: Rows; picks: Int32Array; weights: Float32Array | null },
  k: number,
): Promise<BankScorer> {
  const d = isFar(bank.rows) ? bank.rows.d : bank.rows.length / bank.picks.length;
  const index = await compute.run(INDEX_NEIGHBOURS, { bank: bank.rows, d, k });
  const neighbours = (rows: Rows, watch?: Watch): Promise<Neighbours> => index.search(rows, watch);
  return {
    neighbours,
    async score(rows, watch) {
      return patchScores(await neighbours(rows, watch), bank.weights, rowCount(rows, d));
    },
  };
}

/**
 * Patch scores: the mean squared distance to the k nearest rows times the nearest row's weight. As in the authors' code
 * no root is taken and the softmax re-weighting of the PatchCore paper is absent; the weight takes its place.
 * @param distance `root`: plain distances, as anomalib.
 */
export function patchScores(
  { rows, squared }: Neighbours,
  weights: Float32Array | null,
  patches: number,
  distance: 'squared' | 'root' = 'squared',
): Float32Array {
  checkWhole('patches', patches, 1);
  const k = countRows('rows', rows, patches);
  checkLength('squared', squared, rows.length);
  const scores = new Float32Array(patches);
  for (let p = 0; p < patches; p++) {
    let sum = 0;
    for (let j = 0; j < k; j++) sum += distance === 'root' ? Math.sqrt(squared[p * k + j]) : squared[p * k + j];
    scores[p] = (sum / k) * (weights ? weights[rows[p * k]] : 1);
  }
  return scores;
}
