import { stat } from 'node:fs/promises';
import { InputError } from '../errors.js';
import { moveAffine } from '../image/affine.js';
import { decodeRgb } from '../image/codec.js';
import { normalise, type Preprocessing, resizeAndCrop } from '../image/preprocess.js';
import type { Raster } from '../image/raster.js';
import { cutTile } from '../image/tiles.js';
import type { FeatureSpec, ImageRequest } from './spec.js';

/** Width and height of an image file in pixels. */
export interface ImageSize {
  width: number;
  height: number;
}

/**
 * A network's input: an image decoded, resized, cropped (or a tile cut out of it), normalised and, for an injected copy, moved.
 * @returns [crop × crop × 3], the file's size, and whether it had to be converted from CMYK. @throws InputError naming the file.
 */
export async function networkInput(
  { preprocessing }: Pick<FeatureSpec, 'preprocessing'>,
  { path, augmentation, tile }: ImageRequest,
): Promise<{ input: Float32Array; size: ImageSize; cmyk: boolean }> {
  let cmyk = false;
  const note = (): void => {
    cmyk = true;
  };
  if (preprocessing.tile && !tile) {
    throw new InputError(`${path} is to be seen in tiles, which only fit and detect do`, 'Leave the tiles out');
  }
  const decode = (): Promise<Raster> => decodeRgb(path, { window: preprocessing.window, note });
  const image = tile ? await sameAgain(path, preprocessing, decode) : await decode();
  const seen = tile ? cutTile(image, tile, preprocessing.crop) : resizeAndCrop(image, preprocessing);
  const input = normalise(seen, preprocessing);
  return {
    input: augmentation ? moveAffine(input, preprocessing.crop, 3, augmentation) : input,
    size: { width: image.width, height: image.height },
    cmyk,
  };
}

/** The picture whose tiles this thread cut last. */
let last: { key: string; image: Promise<Raster> } | undefined;

/** A picture decoded once for its tiles in a row, until its file changes. */
async function sameAgain(path: string, { window }: Preprocessing, decode: () => Promise<Raster>): Promise<Raster> {
  const found = await stat(path).catch(() => null);
  const key = JSON.stringify([path, window, found?.mtimeMs, found?.size]);
  if (last?.key !== key) {
    const image = decode();
    image.catch(() => {
      last = undefined;
    });
    last = { key, image };
  }
  return last.image;
}

/** Lets go of it. */
export function forgetPicture(): void {
  last = undefined;
}

/** @throws InputError naming the image whose values are not finite. */
export function checkFinite(values: Float32Array, path: string): void {
  // One pass without a call a value: a sum is finite only if no value is NaN, and these are far from overflow.
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  if (Number.isFinite(sum)) return;
  throw new InputError(`the features of ${path} are NaN or infinite`, 'Check the weight file and the image');
}
