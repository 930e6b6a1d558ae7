import { thinLines } from '../../analysis/thin.js';
import { anomalyMap } from '../../detector/map.js';

/**
 * Anomaly maps at chosen lines, fast enough for a drag: stretching and blurring are linear and the same along both axes, so that a
 * map is A·S·Aᵀ of the patch scores S. A is what `anomalyMap` makes of single rows.
 */
export interface MapLines {
  grid: number;
  side: number;
  /** [side × grid] */
  matrix: Float32Array;
}

const known = new Map<string, MapLines>();

/** The lines of maps [crop × crop] over a grid: those that preview's pixel AUROC looks at, or every `every`-th. */
export function mapLines(grid: number, crop: number, lines: readonly number[] = thinLines(crop)): MapLines {
  const key = `${grid} ${crop} ${lines}`;
  const found = known.get(key);
  if (found) return found;
  const matrix = new Float32Array(lines.length * grid);
  for (let row = 0; row < grid; row++) {
    const single = new Float32Array(grid * grid).fill(1, row * grid, (row + 1) * grid);
    const map = anomalyMap(single, grid, crop);
    lines.forEach((line, i) => {
      matrix[i * grid + row] = map[line * crop];
    });
  }
  const made = { grid, side: lines.length, matrix };
  known.set(key, made);
  return made;
}

/** The map of one image's scores [grid × grid] at the lines, into `out` [side × side]. */
export function mapAt({ grid, side, matrix }: MapLines, scores: Float32Array, out: Float32Array): void {
  const rows = new Float32Array(side * grid);
  for (let i = 0; i < side; i++) {
    for (let g = 0; g < grid; g++) {
      const factor = matrix[i * grid + g];
      if (factor === 0) continue;
      for (let x = 0; x < grid; x++) rows[i * grid + x] += factor * scores[g * grid + x];
    }
  }
  // The blur reaches few patches: columns beyond count nothing.
  const reach = reaches(matrix, side, grid);
  for (let j = 0; j < side; j++) {
    const [low, high] = [reach[2 * j], reach[2 * j + 1]];
    for (let i = 0; i < side; i++) {
      let sum = 0;
      for (let x = low; x < high; x++) sum += rows[i * grid + x] * matrix[j * grid + x];
      out[i * side + j] = sum;
    }
  }
}

const reachOf = new WeakMap<Float32Array, Int32Array>();

/** First and last column that is not 0, of each line. */
function reaches(matrix: Float32Array, side: number, grid: number): Int32Array {
  const stored = reachOf.get(matrix);
  if (stored) return stored;
  const out = new Int32Array(2 * side);
  for (let i = 0; i < side; i++) {
    const own = matrix.subarray(i * grid, (i + 1) * grid);
    const low = own.findIndex((value) => value !== 0);
    const high = own.findLastIndex((value) => value !== 0);
    out.set([low, high + 1], 2 * i);
  }
  reachOf.set(matrix, out);
  return out;
}
