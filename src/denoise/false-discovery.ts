/**
 * Images to suspect, at a false discovery rate (Benjamini, Hochberg 1995, with the clean share of Storey 2002): the largest set of smallest p-values of which
 * at most this share is expected to be clean.
 * @param pValues [images]. @param dirty estimated share of dirty ones, in [0, 1). @param rate in [0, 1).
 * @returns [images] of 1 (suspected) and 0.
 */
export function falseDiscovery(pValues: Float64Array, dirty: number, rate: number): Uint8Array {
  const n = pValues.length;
  const sorted = pValues.slice().sort();
  let cut = -1;
  sorted.forEach((p, i) => {
    if (n * (1 - dirty) * p <= rate * (i + 1)) cut = p;
  });
  return Uint8Array.from(pValues, (p) => (p <= cut ? 1 : 0));
}
