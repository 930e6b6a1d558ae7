import { dirname, join } from 'node:path';
import { InputError } from '../errors.js';
import type { Sample } from './category.js';
import { isFolder, type Listed, surveyFolder } from './listing.js';

/** Masks of images in their order, null for a missing one, and what does not pair. */
export interface PairedMasks {
  masks: (string | null)[];
  problems: InputError[];
}

/**
 * Pairs a defect type's images with its masks by name: `NAME_mask` (MVTec), `NAME` (BTAD), or a folder `NAME` of masks (LOCO), any image
 * extension; sub-folders of the images are those of the masks.
 * Differs from the authors' code, which pairs by sorted position, so that one stray file shifts all masks silently.
 */
export async function pairMasks(folder: string, images: readonly Listed[]): Promise<PairedMasks> {
  const listed = (await isFolder(folder)) ? await surveyFolder(folder) : { images: [], problems: [] };
  const problems: InputError[] = [...listed.problems];
  const byStem = new Map<string, string>();
  for (const { stem, path } of listed.images) {
    const own = stem.replace(/_mask$/, '');
    if (byStem.has(own))
      problems.push(
        new InputError(`${folder} holds two masks of one image, ${byStem.get(own)} and ${path}`, 'Keep one'),
      );
    else byStem.set(own, path);
  }
  const folders = new Set(listed.images.map(({ stem }) => dirname(stem)));
  const seen = new Map<string, string>();
  const masks = images.map(({ path, file, stem }) => {
    const twin = seen.get(stem);
    seen.set(stem, file);
    if (twin) {
      problems.push(
        new InputError(`${dirname(path)} holds both ${twin} and ${file}`, 'Keep one: images and masks pair by name'),
      );
      return null;
    }
    const mask = byStem.get(stem);
    if (mask) {
      byStem.delete(stem);
      return mask;
    }
    if (folders.has(stem)) {
      for (const own of byStem.keys()) if (dirname(own) === stem) byStem.delete(own);
      return join(folder, stem);
    }
    problems.push(missingMask(path, join(folder, `${stem}_mask.png`)));
    return null;
  });
  for (const stray of byStem.values()) problems.push(strayMask(stray));
  return { masks, problems };
}

export function missingMask(image: string, expected: string): InputError {
  return new InputError(`${image} has no mask ${expected}`, 'Add the mask or remove the image');
}

export function strayMask(mask: string): InputError {
  return new InputError(`mask ${mask} has no image`, 'Add the image or remove the mask');
}

/** Whether any sample carries a mask. */
export function hasMasks(samples: readonly Sample[]): boolean {
  return samples.some(({ mask }) => mask !== null);
}
