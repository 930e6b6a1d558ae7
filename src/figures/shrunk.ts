import type { Raster } from '../image/raster.js';
import { resample } from '../image/resample.js';

/** Longest side of a shown picture in pixels. */
const LONGEST = 1600;

/**
 * A picture and its map [height × width] small enough to be shown: divided by the least whole number, the map by the largest value of each
 * block, so that nothing found disappears. As they are where they are small.
 */
export function shrunk(image: Raster, map: Float32Array): { image: Raster; map: Float32Array } {
  const by = Math.ceil(Math.max(image.width, image.height) / LONGEST);
  if (by === 1) return { image, map };
  const [width, height] = [Math.ceil(image.width / by), Math.ceil(image.height / by)];
  const small = new Float32Array(width * height).fill(Number.NEGATIVE_INFINITY);
  for (let y = 0; y < image.height; y++) {
    const row = Math.floor(y / by) * width;
    for (let x = 0; x < image.width; x++) {
      const at = row + Math.floor(x / by);
      const value = map[y * image.width + x];
      if (value > small[at]) small[at] = value;
    }
  }
  return { image: resample(image, width, height, 'bilinear'), map: small };
}
