import { isAbsolute, relative, resolve } from 'node:path';
import type { Category, Sample } from '../../dataset/category.js';
import { networkView } from '../../figures/pictures.js';
import { encodeJpeg } from '../../image/codec.js';
import type { Preprocessing } from '../../image/preprocess.js';

const QUALITY = 80;

/** Pictures of a category by the names that results give them. */
export interface Pictures {
  /** JPEG bytes of an image as the network sees it; null for a name that is none of the category's or lies outside its folder. */
  jpeg(name: string): Promise<Uint8Array | null>;
}

/** Only images that the category lists can be asked for. */
export function openPictures({ root, train, test }: Category, preprocessing: Preprocessing): Pictures {
  const samples = new Map<string, Sample>([...train, ...test].map((sample) => [sample.name, sample]));
  return {
    async jpeg(name) {
      const sample = isInside(root, name) ? samples.get(name) : undefined;
      return sample ? encodeJpeg(await networkView(sample.path, preprocessing), QUALITY) : null;
    },
  };
}

/** Whether a name stays inside a folder. */
export function isInside(root: string, name: string): boolean {
  if (name.includes('\0') || isAbsolute(name) || name.split(/[\\/]/).includes('..')) return false;
  const way = relative(root, resolve(root, name));
  return way !== '' && !way.startsWith('..') && !isAbsolute(way);
}
