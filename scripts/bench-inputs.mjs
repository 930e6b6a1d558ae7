/** Rows [n × d] near a few directions, with noise, into `rows`: distances spread as those of real embeddings. */
export function drawPatches(random, n, d, rows = new Float32Array(n * d)) {
  const rank = 24;
  const axes = Float32Array.from({ length: rank * d }, () => random.normal() / Math.sqrt(d));
  const along = new Float64Array(rank);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < rank; k++) along[k] = (random.normal() * 6) / (k + 1);
    for (let a = 0; a < d; a++) {
      let sum = random.normal() * 0.012;
      for (let k = 0; k < rank; k++) sum += along[k] * axes[k * d + a];
      rows[i * d + a] = sum;
    }
  }
  return rows;
}

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
