import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { InputError, systemCode } from '../errors.js';
import { decodeBmp, isBmp } from './bmp.js';
import type { Raster } from './raster.js';

sharp.cache(false);
sharp.concurrency(1);

/** Smaller images carry no patch worth scoring and are nearly always a broken export. */
export const SMALLEST_SIDE = 8;

/**
 * Decodes a PNG, JPEG, BMP, TIFF or WebP image to 8-bit RGB, byte for byte as Pillow's `convert('RGB')`
 * (alpha dropped, grey replicated, no rotation by EXIF, no resizing).
 * @throws InputError naming the file: missing, truncated, 16-bit, CMYK, or smaller than 8×8.
 */
export async function decodeRgb(path: string): Promise<Raster> {
  return decode(path, 'srgb');
}

/** Decodes a mask to 8-bit grey ([height × width], 0…255); the same errors as {@link decodeRgb}. */
export async function decodeGrey(path: string): Promise<Raster> {
  return decode(path, 'b-w');
}

async function decode(path: string, space: 'srgb' | 'b-w'): Promise<Raster> {
  try {
    const file = await readFile(path);
    const bmp = isBmp(file) ? decodeBmp(file) : undefined;
    const image = bmp
      ? sharp(bmp.data, { raw: { width: bmp.width, height: bmp.height, channels: 3 } })
      : sharp(file, { failOn: 'truncated', limitInputPixels: 1e9 });
    const { depth, space: source, width, height } = await image.metadata();
    if (depth !== 'uchar') {
      throw new InputError(`${path} has ${depth === 'ushort' ? 16 : depth} bits a channel`, 'Convert it to 8 bits');
    }
    if (source === 'cmyk') throw new InputError(`${path} is a CMYK image`, 'Convert it to RGB or grey');
    if (Math.min(width, height) < SMALLEST_SIDE) {
      throw new InputError(`${path} is ${width}×${height} pixels, too small to inspect`, 'Remove or replace it');
    }
    const { data, info } = await image
      .toColourspace(space)
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const channels = space === 'srgb' ? 3 : 1;
    if (info.channels !== channels) throw new Error(`decoded to ${info.channels} channels, not ${channels}`);
    return {
      width: info.width,
      height: info.height,
      channels,
      data: new Uint8Array(data.buffer, data.byteOffset, data.length),
    };
  } catch (error) {
    if (error instanceof InputError) throw error;
    const missing = systemCode(error) === 'ENOENT';
    const why = missing ? 'there is no such file' : (error as Error).message.replace(/\s+/g, ' ').trim();
    throw new InputError(`cannot read image ${path}: ${why}`, missing ? 'Check the path' : 'Replace the damaged file');
  }
}

/** Width and height of an image file, from its header where possible. @throws InputError when it cannot be read. */
export async function imageSize(path: string): Promise<{ width: number; height: number }> {
  try {
    const { width, height } = await sharp(path).metadata();
    return { width, height };
  } catch {
    const { width, height } = await decodeRgb(path);
    return { width, height };
  }
}

/** Encodes to PNG; the same raster gives the same bytes. */
export async function encodePng(raster: Raster): Promise<Uint8Array> {
  const { width, height, channels, data } = raster;
  return sharp(data, { raw: { width, height, channels } })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .png({ compressionLevel: 9 })
    .toBuffer();
}
