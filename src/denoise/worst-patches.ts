/**
 * An image's suspicion: the logarithm of the mean of its worst patches. A defect covers few patches, so a mean over all of
 * them would hide it; the logarithm because suspicions are ratios.
 * @param judged [images·positions] positive judgements of patches, image-major. @param worst patches that count, from 1.
 * @returns [images].
 */
export function imageSuspicion(judged: Float32Array, positions: number, worst: number): Float64Array {
  const images = judged.length / positions;
  const taken = Math.min(worst, positions);
  return Float64Array.from({ length: images }, (_, i) => {
    const own = judged.slice(i * positions, (i + 1) * positions).sort();
    let sum = 0;
    for (let p = positions - taken; p < positions; p++) sum += own[p];
    return Math.log(sum / taken);
  });
}
