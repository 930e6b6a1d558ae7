import { checkWhole } from '../arguments.js';

/** An output sample between two source samples: low + (high − low) · blend. */
export interface BilinearTap {
  low: number;
  high: number;
  blend: number;
}

/**
 * Where outer samples lie: `half` takes samples as middles of cells and repeats the outermost beyond (PyTorch's
 * align_corners = false), `aligned` lays the outermost samples on each other (align_corners = true).
 */
export type Corners = 'half' | 'aligned';

/** The two sources and the blend of each output when `from` samples are stretched to `to`. */
export function bilinearTaps(from: number, to: number, corners: Corners = 'half'): BilinearTap[] {
  checkWhole('from', from, 1);
  checkWhole('to', to, 1);
  const step = to > 1 ? (from - 1) / (to - 1) : 0;
  return Array.from({ length: to }, (_, o) => {
    const at = corners === 'aligned' ? o * step : Math.max(0, ((o + 0.5) * from) / to - 0.5);
    const low = Math.min(Math.floor(at), corners === 'aligned' ? Math.max(0, from - 2) : from - 1);
    return { low, high: Math.min(low + 1, from - 1), blend: at - low };
  });
}

/** A square grid [grid × grid] stretched to [side × side], in double precision. */
export function stretchBilinear(
  values: Float32Array,
  grid: number,
  side: number,
  corners: Corners = 'half',
): Float64Array {
  const taps = bilinearTaps(grid, side, corners);
  const out = new Float64Array(side * side);
  for (let y = 0; y < side; y++) {
    const { low: top, high: bottom, blend: v } = taps[y];
    for (let x = 0; x < side; x++) {
      const { low: left, high: right, blend: h } = taps[x];
      const upper = values[top * grid + left] * (1 - h) + values[top * grid + right] * h;
      const lower = values[bottom * grid + left] * (1 - h) + values[bottom * grid + right] * h;
      out[y * side + x] = upper * (1 - v) + lower * v;
    }
  }
  return out;
}
