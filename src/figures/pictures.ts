import type { Sample } from '../dataset/category.js';
import { decodeRgb, encodePng } from '../image/codec.js';
import { readMask } from '../image/mask-file.js';
import { type Preprocessing, resizeAndCrop } from '../image/preprocess.js';
import type { Raster } from '../image/raster.js';

/** An image as the network sees it. @throws InputError for a file that cannot be read. */
export async function networkView(path: string, preprocessing: Preprocessing): Promise<Raster> {
  const image = await decodeRgb(path, preprocessing);
  return preprocessing.tile ? image : resizeAndCrop(image, preprocessing);
}

/** A sample's mask as the network sees its picture, black where it has none. @throws InputError as {@link networkView}. */
export async function maskView({ mask }: Sample, preprocessing: Preprocessing): Promise<Raster> {
  if (mask) return resizeAndCrop((await readMask(mask)).mask, { ...preprocessing, filter: 'nearest' });
  const { crop } = preprocessing;
  return { width: crop, height: crop, channels: 1, data: new Uint8Array(crop * crop) };
}

/** A sample's picture and its mask as PNG bytes. @throws InputError as {@link networkView}. */
export async function pictureAndMask(sample: Sample, preprocessing: Preprocessing): Promise<[Uint8Array, Uint8Array]> {
  return [
    await encodePng(await networkView(sample.path, preprocessing)),
    await encodePng(await maskView(sample, preprocessing)),
  ];
}
