/**
 * Position embeddings of a square grid brought to another one as the authors of DINOv2 do (their `interpolate_pos_encoding`):
 * bicubic with half-pixel centres. Networks without registers take PyTorch's plain kernel (a = −0.75, edges repeated) at a scale of
 * (to + 0.1)/from, those with registers its antialiased one (a = −0.5) at to/from.
 * @param values [from² × channels]. @returns [to² × channels]; `values` where the grids are equal.
 */
export function interpolatePositions(
  values: Float32Array,
  [from, to]: readonly [number, number],
  channels: number,
  kind: 'offset' | 'antialias',
): Float32Array {
  if (from === to) return values;
  const weights = kind === 'offset' ? plainWeights(from, to) : antialiasWeights(from, to);
  // Rows first: [to × from × channels], then columns.
  const half = new Float64Array(to * from * channels);
  for (let y = 0; y < to; y++) {
    for (const [source, weight] of weights[y]) {
      for (let i = 0; i < from * channels; i++)
        half[y * from * channels + i] += weight * values[source * from * channels + i];
    }
  }
  const out = new Float64Array(to * to * channels);
  for (let y = 0; y < to; y++) {
    for (let x = 0; x < to; x++) {
      for (const [source, weight] of weights[x]) {
        const [into, at] = [(y * to + x) * channels, (y * from + source) * channels];
        for (let c = 0; c < channels; c++) out[into + c] += weight * half[at + c];
      }
    }
  }
  return Float32Array.from(out);
}

/** Sources and their weights of each output. */
type Weights = [source: number, weight: number][][];

/** Keys's cubic kernel. */
function cubic(distance: number, a: number): number {
  const x = Math.abs(distance);
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? a * (((x - 5) * x + 8) * x - 4) : 0;
}

function plainWeights(from: number, to: number): Weights {
  const step = from / (to + 0.1);
  return Array.from({ length: to }, (_, o) => {
    const at = (o + 0.5) * step - 0.5;
    const first = Math.floor(at);
    return [-1, 0, 1, 2].map((tap) => [Math.min(from - 1, Math.max(0, first + tap)), cubic(at - first - tap, -0.75)]);
  });
}

function antialiasWeights(from: number, to: number): Weights {
  const step = from / to;
  const stretch = Math.max(1, step);
  return Array.from({ length: to }, (_, o) => {
    const centre = (o + 0.5) * step;
    const first = Math.max(0, Math.trunc(centre - 2 * stretch + 0.5));
    const end = Math.min(from, Math.trunc(centre + 2 * stretch + 0.5));
    const own = Array.from({ length: end - first }, (_, i): [number, number] => [
      first + i,
      cubic((first + i - centre + 0.5) / stretch, -0.5),
    ]);
    const sum = own.reduce((total, [, weight]) => total + weight, 0);
    return own.map(([source, weight]) => [source, weight / sum]);
  });
}
