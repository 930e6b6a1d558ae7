/** Mean of rows [n × d], in double precision. */
export function meanRow(rows: Float32Array, d: number): Float32Array {
  const sum = new Float64Array(d);
  for (let i = 0; i < rows.length; i++) sum[i % d] += rows[i];
  return Float32Array.from(sum, (value) => (value * d) / rows.length);
}

/** Rows [from, to) less a mean: products of what is left round less than those of the rows themselves. */
export function centreRows(
  rows: Float32Array,
  mean: Float32Array,
  from = 0,
  to: number = rows.length / mean.length,
): Float32Array {
  const d = mean.length;
  const out = rows.slice(from * d, to * d);
  for (let i = 0; i < out.length; i++) out[i] -= mean[i % d];
  return out;
}
