import { bankDimensions, type MemoryBank } from './bank.js';

/**
 * The factor of the PatchCore paper's image score (Roth et al. 2022, Eq. 7), as anomalib has it: 1 − softmax over the distances of
 * an image's most anomalous patch to the `support` rows nearest to its nearest row, at that row itself. Not squared distances.
 * @param patch [d]. @param support rows of the bank, the patch's nearest one first. @returns a factor in [0, 1).
 */
export function reweightingFactor(patch: Float32Array, bank: MemoryBank, support: ArrayLike<number>): number {
  const d = bankDimensions(bank);
  const distances = Array.from(support, (row) => {
    let sum = 0;
    for (let c = 0; c < d; c++) sum += (patch[c] - bank.rows[row * d + c]) ** 2;
    return Math.sqrt(sum);
  });
  const most = Math.max(...distances);
  const powers = distances.map((distance) => Math.exp(distance - most));
  return 1 - powers[0] / powers.reduce((total, power) => total + power, 0);
}
