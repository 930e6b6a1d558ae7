import { join } from 'node:path';
import { InputError } from '../errors.js';
import type { Sample } from './category.js';
import { isFolder, type Listed, listImages } from './listing.js';

/**
 * Pairs a defect type's images with its masks by name: `NAME_mask` (MVTec) or `NAME` (BTAD), any image extension.
 * Differs from the authors' code, which pairs by sorted position, so that one stray file shifts all masks silently.
 * @throws InputError naming the image without a mask, or the mask without an image.
 */
export async function pairMasks(folder: string, images: readonly Listed[]): Promise<string[]> {
  const masks = (await isFolder(folder)) ? await listImages(folder) : [];
  const byStem = new Map(masks.map((mask) => [mask.stem.replace(/_mask$/, ''), mask]));
  if (byStem.size < masks.length) throw new InputError(`${folder} holds two masks of one image`, 'Keep one of them');
  const paired = images.map(({ path, stem }) => {
    const mask = byStem.get(stem);
    if (!mask)
      throw new InputError(
        `${path} has no mask ${join(folder, `${stem}_mask.png`)}`,
        'Add the mask or remove the image',
      );
    byStem.delete(stem);
    return mask.path;
  });
  const [stray] = byStem.values();
  if (stray) throw new InputError(`mask ${stray.path} has no image`, 'Add the image or remove the mask');
  return paired;
}

/** Whether any sample carries a mask. */
export function hasMasks(samples: readonly Sample[]): boolean {
  return samples.some(({ mask }) => mask !== null);
}
