import { readFile } from 'node:fs/promises';
import { InputError } from '../errors.js';
import { decodeBmp, isBmp } from './bmp.js';
import { readBmpHeader } from './bmp-header.js';
import { eightBitRgb, type GreyWindow } from './eight-bit.js';
import { decodeWithLibvips, libvipsFacts } from './libvips.js';
import type { Raster } from './raster.js';
import type { ImageFacts, StoredPixels } from './stored-pixels.js';
import { unreadable } from './unreadable.js';

export { encodeJpeg, encodePng } from './libvips.js';

/** Smaller images carry no patch worth scoring and are nearly always a broken export. */
export const SMALLEST_SIDE = 8;

/** How a file becomes 8-bit RGB. */
export interface DecodeOptions {
  /** Values of an image deeper than 8 bits that become 0 and 255; by default its full range. 8-bit images ignore it. */
  window?: GreyWindow;
  /** Hears what was converted. */
  note?: (text: string) => void;
}

/**
 * Decodes a PNG, JPEG, BMP, TIFF or WebP image to 8-bit RGB, byte for byte as Pillow's `exif_transpose` and
 * `convert('RGB')`: turned upright, profile not applied, alpha dropped, grey replicated, 16 bits by their high byte, CMYK
 * converted with a note (docs/inputs.md).
 * @throws InputError naming the file: missing, damaged, of an unknown kind, deeper than 16 bits without a window, or smaller
 * than 8×8.
 */
export async function decodeRgb(path: string, { window, note }: DecodeOptions = {}): Promise<Raster> {
  const pixels = await readPixels(path);
  if (pixels.space === 'cmyk') note?.(`${path} is a CMYK image; it is converted to RGB without its profile`);
  if (pixels.data instanceof Float32Array && !window) {
    throw new InputError(
      `${path} has ${pixels.facts.bits} bits a channel, whose range is not known`,
      'Convert it to 8 or 16 bits, or give the window of its values',
    );
  }
  return eightBitRgb(pixels, window);
}

/**
 * Reads a file's pixels as they are stored, upright.
 * @param indices whether a palette image gives its indices instead of its colours. @throws InputError as {@link decodeRgb}.
 */
export async function readPixels(path: string, { indices = false }: { indices?: boolean } = {}): Promise<StoredPixels> {
  try {
    const file = await readFile(path);
    const pixels = isBmp(file) ? fromBmp(file, indices) : await decodeWithLibvips(path, file, indices);
    const { width, height } = pixels.facts;
    if (Math.min(width, height) < SMALLEST_SIDE) {
      throw new InputError(`${path} is ${width}×${height} pixels, too small to inspect`, 'Remove or replace it');
    }
    return pixels;
  } catch (error) {
    throw unreadable(path, error);
  }
}

function fromBmp(file: Buffer, indices: boolean): StoredPixels {
  const { rgb, alpha, ...bmp } = decodeBmp(file);
  const facts = bmpFacts(bmp, bmp.indices !== null, alpha !== null);
  if (indices && bmp.indices) return { facts, space: 'index', colours: 1, data: bmp.indices, alpha: null };
  return { facts, space: 'rgb', colours: 3, data: rgb(), alpha };
}

function bmpFacts(
  { width, height, bits }: { width: number; height: number; bits: number },
  palette: boolean,
  alpha: boolean,
): ImageFacts {
  const rest = { orientation: 1, profile: false, lossy: false, pages: 1 };
  return {
    format: 'bmp',
    width,
    height,
    colour: palette ? 'palette' : 'rgb',
    bits: bits === 16 ? 5 : Math.min(bits, 8),
    alpha,
    ...rest,
  };
}

/** What an image file is, from its header alone. @throws InputError when it cannot be read. */
export async function imageFacts(path: string): Promise<ImageFacts> {
  try {
    const file = await readFile(path);
    if (!isBmp(file)) return await libvipsFacts(path, file);
    const header = readBmpHeader(file);
    return bmpFacts(header, header.palette !== null, header.masks[3] !== 0);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Width and height of an image file, upright, from its header. @throws InputError when it cannot be read. */
export async function imageSize(path: string): Promise<{ width: number; height: number }> {
  const { width, height } = await imageFacts(path);
  return { width, height };
}
