import type { Sample } from '../dataset/category.js';
import { decodeGrey, decodeRgb, encodePng } from '../image/codec.js';
import { type Preprocessing, resizeAndCrop } from '../image/preprocess.js';
import type { Raster } from '../image/raster.js';

/** An image as the network sees it. @throws InputError for a file that cannot be read. */
export async function networkView(path: string, preprocessing: Preprocessing): Promise<Raster> {
  return resizeAndCrop(await decodeRgb(path), preprocessing);
}

/** A sample's picture and its mask (black where it has none), as PNG bytes. @throws InputError as {@link networkView}. */
export async function pictureAndMask(sample: Sample, preprocessing: Preprocessing): Promise<[Uint8Array, Uint8Array]> {
  const image = await networkView(sample.path, preprocessing);
  const mask = sample.mask
    ? resizeAndCrop(await decodeGrey(sample.mask), { ...preprocessing, filter: 'nearest' })
    : { ...image, channels: 1 as const, data: new Uint8Array(image.width * image.height) };
  return [await encodePng(image), await encodePng(mask)];
}
