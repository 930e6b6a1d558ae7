import type { Category } from '../../dataset/category.js';
import { networkView } from '../../figures/pictures.js';
import { encodeJpeg } from '../../image/codec.js';
import type { Preprocessing } from '../../image/preprocess.js';
import { resample } from '../../image/resample.js';
import type { Base } from '../view/base.js';

/** Sides and qualities of embedded pictures: 500 of them take 4 MB, 5,000 of the small ones 15 MB. */
const [LARGE, SMALL] = [
  { side: 224, quality: 74 },
  { side: 112, quality: 66 },
];
const MANY = 1000;

/** An embedded picture. */
export interface EmbeddedPicture {
  name: string;
  url: string;
}

/** Pictures of a base's images as data URLs. @throws InputError for a file that cannot be read; Cancelled is left to the caller. */
export async function* embeddedPictures(
  { train, test }: Pick<Base, 'train' | 'test'>,
  category: Category,
  preprocessing: Preprocessing,
): AsyncGenerator<EmbeddedPicture> {
  const paths = new Map([...category.train, ...category.test].map(({ name, path }) => [name, path]));
  const names = new Set([...train, ...test].map(({ name }) => name));
  const { side, quality } = names.size > MANY ? SMALL : LARGE;
  for (const name of names) {
    const path = paths.get(name);
    if (!path) continue;
    const view = await networkView(path, preprocessing);
    const picture = view.width > side ? resample(view, side, side, 'bilinear') : view;
    const jpeg = await encodeJpeg(picture, quality);
    yield { name, url: `data:image/jpeg;base64,${Buffer.from(jpeg).toString('base64')}` };
  }
}
