import type { Raster } from './raster.js';

/** A colour's red, green and blue, 0…255. */
export type Colour = readonly [number, number, number];

/**
 * An RGB image with the outline of a region drawn over it: the region's pixels that touch another one or the border.
 * @param region [height × width] of 0 and others. @throws RangeError for a region of another size.
 */
export function outline(image: Raster, region: ArrayLike<number>, colour: Colour): Raster {
  const { width, height, channels } = image;
  if (channels !== 3 || region.length !== width * height) {
    throw new RangeError(`a region of ${region.length} pixels on ${width}×${height}×${channels}`);
  }
  const data = Uint8Array.from(image.data);
  const inside = (x: number, y: number): boolean =>
    x >= 0 && y >= 0 && x < width && y < height && region[y * width + x] !== 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!inside(x, y)) continue;
      if (inside(x - 1, y) && inside(x + 1, y) && inside(x, y - 1) && inside(x, y + 1)) continue;
      data.set(colour, (y * width + x) * 3);
    }
  }
  return { ...image, data };
}
