import { principalCoordinates } from '../coreset/principal-coordinates.js';
import { encodePng } from '../image/codec.js';
import type { Threads } from '../kernels/threads.js';
import { quantile } from '../quantile.js';

/** Side of a patch in a picture, in pixels. */
const CELL = 8;

/**
 * Patches as colours: their first three principal coordinates, from the 2nd to the 98th percentile, as red, green and blue.
 * Like colours are like features; axes are those of all given images together.
 * @param rows [images · grid² × dimensions]. @returns a PNG an image, 8 pixels a patch.
 */
export async function featurePictures(
  threads: Threads,
  rows: Float32Array,
  dimensions: number,
  grid: number,
): Promise<Uint8Array[]> {
  const points = await principalCoordinates(threads, rows, dimensions, 3);
  const patches = points.length / 3;
  const scales = [0, 1, 2].map((c) => {
    const axis = Float32Array.from({ length: patches }, (_, i) => points[3 * i + c]);
    return [Math.fround(quantile(axis, 0.02)), Math.fround(quantile(axis, 0.98))];
  });
  const side = grid * CELL;
  return Promise.all(
    Array.from({ length: patches / grid ** 2 }, (_, image) => {
      const data = new Uint8Array(side * side * 3);
      for (let at = 0; at < side * side; at++) {
        const p = Math.floor(Math.floor(at / side) / CELL) * grid + Math.floor((at % side) / CELL);
        scales.forEach(([low, high], c) => {
          const share = (points[3 * (image * grid ** 2 + p) + c] - low) / (high - low || 1);
          data[3 * at + c] = Math.round(255 * Math.min(1, Math.max(0, share)));
        });
      }
      return encodePng({ width: side, height: side, channels: 3, data });
    }),
  );
}

/** Euclidean distance of patches to those at the same positions of another image: both [positions × dimensions]. */
export function patchDistances(rows: Float32Array, other: Float32Array, dimensions: number): Float32Array {
  return Float32Array.from({ length: rows.length / dimensions }, (_, p) => {
    let sum = 0;
    for (let a = p * dimensions; a < (p + 1) * dimensions; a++) sum += (rows[a] - other[a]) ** 2;
    return Math.sqrt(sum);
  });
}
