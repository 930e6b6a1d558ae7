import { bilinearTaps } from '../image/bilinear.js';

interface Grid {
  height: number;
  width: number;
}

/** Rows of a grid, and which of their channels are meant: [first, first + count). */
interface Rows extends Grid {
  rows: Float32Array;
  dimensions: number;
  first: number;
  count: number;
}

/**
 * Adds a smaller grid [height·width × count] to rows of a larger one, bilinearly with half-pixel centres and clamped edges: along its lines
 * first, each once, without rounding between.
 */
export function addUpsampled(small: Float32Array, from: Grid, to: Rows): void {
  const { count, dimensions, first, height, rows, width } = to;
  const vertical = bilinearTaps(from.height, height);
  const horizontal = bilinearTaps(from.width, width);
  const line = width * count;
  const wide = new Float64Array(from.height * line);
  for (let y = 0; y < from.height; y++) {
    for (let x = 0; x < width; x++) {
      const { low, high, blend } = horizontal[x];
      const start = y * from.width;
      blendLines(small, (start + low) * count, (start + high) * count, blend, wide, y * line + x * count, count);
    }
  }
  for (let y = 0; y < height; y++) {
    const { low, high, blend } = vertical[y];
    for (let x = 0; x < width; x++) {
      const [a, b] = [low * line + x * count, high * line + x * count];
      addBlended(wide, a, b, blend, rows, (y * width + x) * dimensions + first, count);
    }
  }
}

function blendLines(
  values: Float32Array,
  a: number,
  b: number,
  blend: number,
  out: Float64Array,
  at: number,
  count: number,
): void {
  for (let j = 0; j < count; j++) out[at + j] = values[a + j] + (values[b + j] - values[a + j]) * blend;
}

function addBlended(
  values: Float64Array,
  a: number,
  b: number,
  blend: number,
  out: Float32Array,
  at: number,
  count: number,
): void {
  for (let j = 0; j < count; j++) out[at + j] += values[a + j] + (values[b + j] - values[a + j]) * blend;
}
