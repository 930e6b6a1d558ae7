/**
 * How much farther a patch lies from the other images than those neighbours lie from theirs (docs/cleaning.md 2): the mean
 * distance to its m nearest other images over the mean of the same over those m neighbours. 1 for an ordinary patch, whatever
 * the density around it; needs no grid position, and no image vouches for itself. The simplified local outlier factor
 * (Schubert, Zimek, Kriegel 2014) between images instead of points.
 * @param patches [n × m] neighbours, themselves among the n; −1 where there is none. @param squared [n × m] squared distances.
 * @returns [n], above 0. Patches that no other image resembles at all (none exists) get 1: nothing speaks against them.
 */
export function isolation(patches: Int32Array, squared: Float32Array, m: number): Float32Array {
  const n = patches.length / m;
  const reach = new Float64Array(n);
  for (let q = 0; q < n; q++) {
    let [sum, count] = [0, 0];
    for (let j = q * m; j < (q + 1) * m && patches[j] >= 0; j++, count++) sum += Math.sqrt(squared[j]);
    reach[q] = count > 0 ? sum / count : 0;
  }
  const out = new Float32Array(n);
  for (let q = 0; q < n; q++) {
    let [sum, count] = [0, 0];
    for (let j = q * m; j < (q + 1) * m && patches[j] >= 0; j++, count++) sum += reach[patches[j]];
    // Duplicates all around: distances of 0 on both sides are ordinary, too.
    const usual = count > 0 ? sum / count : 0;
    out[q] = (reach[q] + TINY) / (usual + TINY);
  }
  return out;
}

const TINY = 1e-12;
