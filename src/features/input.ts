import { InputError } from '../errors.js';
import { moveAffine } from '../image/affine.js';
import { decodeRgb } from '../image/codec.js';
import { normalise, resizeAndCrop } from '../image/preprocess.js';
import type { FeatureSpec, ImageRequest } from './spec.js';

/** Width and height of an image file in pixels. */
export interface ImageSize {
  width: number;
  height: number;
}

/**
 * A network's input: an image decoded, resized, cropped, normalised and, for an injected copy, moved.
 * @returns [crop × crop × 3], the file's size, and whether it had to be converted from CMYK. @throws InputError naming the file.
 */
export async function networkInput(
  { preprocessing }: Pick<FeatureSpec, 'preprocessing'>,
  { path, augmentation }: ImageRequest,
): Promise<{ input: Float32Array; size: ImageSize; cmyk: boolean }> {
  let cmyk = false;
  const note = (): void => {
    cmyk = true;
  };
  const image = await decodeRgb(path, { window: preprocessing.window, note });
  const input = normalise(resizeAndCrop(image, preprocessing), preprocessing);
  return {
    input: augmentation ? moveAffine(input, preprocessing.crop, 3, augmentation) : input,
    size: { width: image.width, height: image.height },
    cmyk,
  };
}

/** @throws InputError naming the image whose values are not finite. */
export function checkFinite(values: Float32Array, path: string): void {
  // One pass without a call a value: a sum is finite only if no value is NaN, and these are far from overflow.
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  if (Number.isFinite(sum)) return;
  throw new InputError(`the features of ${path} are NaN or infinite`, 'Check the weight file and the image');
}
