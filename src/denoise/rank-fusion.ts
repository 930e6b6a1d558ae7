import { countRows } from '../arguments.js';

/**
 * Fuses several judgements of the same patches by rank, as SoftPatch+ does (Wang et al. 2025, docs/methods.md 4.4): each judgement
 * becomes its share of patches judged no higher, in (0, 1], equal ones sharing the mean; what is returned is the mean over the judgements.
 * Ranks make judgements of different units comparable: LOF lies around 1, Mahalanobis distances anywhere.
 * @param judgements each [patches], larger is noisier. @returns [patches] in (0, 1].
 * @throws RangeError unless all are equally long.
 */
export function fuseRanks(judgements: readonly Float32Array[]): Float32Array {
  const n = judgements[0].length;
  const fused = new Float32Array(n);
  for (const judged of judgements) {
    countRows('judgements', judged, 1);
    if (judged.length !== n) throw new RangeError(`${judged.length} judgements beside ${n}`);
    const order = Int32Array.from(judged.keys()).sort((a, b) => judged[a] - judged[b]);
    for (let from = 0; from < n; ) {
      let to = from + 1;
      while (to < n && judged[order[to]] === judged[order[from]]) to++;
      // Ranks from + 1 … to.
      const share = (from + 1 + to) / 2 / n / judgements.length;
      for (; from < to; from++) fused[order[from]] += share;
    }
  }
  return fused;
}
