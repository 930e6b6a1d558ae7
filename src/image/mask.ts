import { InputError } from '../errors.js';
import type { MaskDoubts } from './mask-doubts.js';
import { readMask } from './mask-file.js';
import { type Preprocessing, resizeAndCrop } from './preprocess.js';
import type { Raster } from './raster.js';

/**
 * When a resized mask pixel counts as defect (docs/methods.md 1.3). `nearest`: nearest-neighbour resize, non-zero.
 * `half`: bilinear, ≥ 128. `eroded255`: bilinear, exactly 255, as the authors' code, which erodes every defect.
 */
export type MaskMode = 'nearest' | 'half' | 'eroded255';

/**
 * A mask resized, cropped and binarised like its image: [crop × crop] of 0 and 1.
 * @param mask 0 good, 255 defect, as {@link readMask} gives it.
 */
export function binariseMask(mask: Raster, preprocessing: Preprocessing, mode: MaskMode): Uint8Array {
  const filter = mode === 'nearest' ? 'nearest' : 'bilinear';
  const { data } = resizeAndCrop(mask, { ...preprocessing, filter });
  const least = mode === 'nearest' ? 1 : mode === 'half' ? 128 : 255;
  return data.map((value) => (value >= least ? 1 : 0));
}

/**
 * Reads the mask of an image.
 * @param doubts gathers what may be wrong with it. @param seen is shown the whole mask. @throws InputError naming both files when the mask's size differs from
 * the image's, both upright.
 */
export async function loadMask(
  path: string,
  image: { path: string; width: number; height: number },
  preprocessing: Preprocessing,
  mode: MaskMode,
  doubts?: Pick<MaskDoubts, 'add'>,
  seen?: (mask: Raster) => void,
): Promise<Uint8Array> {
  const { mask, doubts: own } = await readMask(path);
  doubts?.add(path, own);
  if (mask.width !== image.width || mask.height !== image.height) {
    throw new InputError(
      `mask ${path} is ${mask.width}×${mask.height}, its image ${image.path} is ${image.width}×${image.height}`,
      'Export the mask at the size of its image',
    );
  }
  seen?.(mask);
  return binariseMask(mask, preprocessing, mode);
}
