import sharp from 'sharp';
import { InputError } from '../errors.js';
import { pngIndices } from './png-index.js';
import type { Raster } from './raster.js';
import type { ImageFacts, StoredPixels } from './stored-pixels.js';
import { readTiffTags, type TiffTags } from './tiff-tags.js';
import { isLossyWebp } from './webp-kind.js';

sharp.cache(false);
sharp.concurrency(1);

/** Colour channels of the spaces that are read. */
const COLOURS = { 'b-w': 1, grey16: 1, srgb: 3, rgb16: 3, scrgb: 3, cmyk: 4 } as const;

/**
 * Decodes what libvips reads, upright and without applying a profile. @param path names the file in errors.
 * @param indices whether a palette image gives its indices. @throws InputError, or libvips' own error for a damaged file.
 */
export async function decodeWithLibvips(path: string, file: Buffer, indices: boolean): Promise<StoredPixels> {
  const facts = await libvipsFacts(path, file);
  const plain = indices && facts.colour === 'palette' ? withoutPalette(file) : null;
  const image = sharp(plain ?? file, OPEN);
  const { space = '', depth = '' } = await image.metadata();
  // Raw grey comes without its alpha; as RGB it keeps it.
  const target = space === 'b-w' && facts.alpha && !plain ? 'srgb' : space;
  const colours = COLOURS[target as keyof typeof COLOURS];
  if (!colours) throw new InputError(`${path} has ${space} colours, which are not read`, 'Convert it to RGB or grey');
  const kind = depth === 'uchar' || depth === 'ushort' ? depth : 'float';
  // With the pipeline in CMYK too, no profile comes between.
  const own = space === 'cmyk' ? image.pipelineColourspace('cmyk') : image;
  const { data, info } = await own.toColourspace(target).raw({ depth: kind }).toBuffer({ resolveWithObject: true });
  if (info.channels !== colours && info.channels !== colours + 1) {
    throw new InputError(`${path} has ${info.channels} channels, which are not read`, 'Convert it to RGB or grey');
  }
  const name = plain ? 'index' : colours === 1 ? 'grey' : colours === 3 ? 'rgb' : 'cmyk';
  const values = typed(data, kind);
  const split = info.channels === colours ? { data: values, alpha: null } : splitAlpha(values, colours);
  return { facts, space: name, colours, ...split };
}

const OPEN = { failOn: 'truncated', limitInputPixels: 1e9, ignoreIcc: true, autoOrient: true } as const;
/** Formats whose bytes are compared with Pillow's; libvips reads more. */
const READ: readonly string[] = ['png', 'jpeg', 'tiff', 'webp'];
const TIFF_PALETTE = 3;
const TIFF_YCBCR = 6;
const TIFF_LAB = [8, 9, 10];
const JPEG_IN_TIFF = 7;

function unreadTiff({ photometric, compression }: TiffTags): string | null {
  // libvips would take its channels for red, green and blue.
  if (photometric === TIFF_YCBCR && compression !== JPEG_IN_TIFF) return 'YCbCr without JPEG';
  return TIFF_LAB.includes(photometric) ? 'Lab colours' : null;
}

/** What a file is, from its header. @throws as {@link decodeWithLibvips}. */
export async function libvipsFacts(path: string, file: Buffer): Promise<ImageFacts> {
  const tiff = readTiffTags(file);
  const unread = tiff ? unreadTiff(tiff) : null;
  if (unread) throw new InputError(`${path} is a TIFF in ${unread}, which is not read`, 'Convert it to RGB or grey');
  const meta = await sharp(file, OPEN).metadata();
  if (!READ.includes(meta.format ?? '')) {
    throw new InputError(
      `${path} is a ${meta.format} image, a format that is not read`,
      'Convert it to PNG, JPEG, BMP, TIFF or WebP, or remove it',
    );
  }
  const palette = meta.isPalette || tiff?.photometric === TIFF_PALETTE;
  const grey = meta.space === 'b-w' || meta.space === 'grey16';
  return {
    format: meta.format ?? 'unknown',
    ...(meta.autoOrient ?? { width: meta.width, height: meta.height }),
    colour: palette ? 'palette' : meta.space === 'cmyk' ? 'cmyk' : grey ? 'grey' : 'rgb',
    bits: meta.bitsPerSample ?? (meta.depth === 'ushort' ? 16 : 8),
    alpha: meta.hasAlpha ?? false,
    orientation: meta.orientation ?? 1,
    profile: meta.hasProfile ?? false,
    lossy: meta.format === 'jpeg' || tiff?.compression === JPEG_IN_TIFF || isLossyWebp(file),
    pages: meta.pages ?? 1,
  };
}

function withoutPalette(file: Buffer): Buffer | null {
  return pngIndices(file) ?? readTiffTags(file)?.withPhotometric(1) ?? null;
}

function typed({ buffer, byteOffset, byteLength }: Buffer, depth: 'uchar' | 'ushort' | 'float'): StoredPixels['data'] {
  if (depth === 'uchar') return new Uint8Array(buffer, byteOffset, byteLength);
  const own = buffer.slice(byteOffset, byteOffset + byteLength);
  return depth === 'ushort' ? new Uint16Array(own) : new Float32Array(own);
}

function splitAlpha(values: StoredPixels['data'], colours: number): Pick<StoredPixels, 'data' | 'alpha'> {
  const pixels = values.length / (colours + 1);
  const make = values.constructor as new (length: number) => StoredPixels['data'];
  const data = new make(pixels * colours);
  const alpha = new make(pixels);
  for (let p = 0; p < pixels; p++) {
    for (let c = 0; c < colours; c++) data[p * colours + c] = values[p * (colours + 1) + c];
    alpha[p] = values[p * (colours + 1) + colours];
  }
  return { data, alpha };
}

/** Encodes to PNG; the same raster gives the same bytes. */
export async function encodePng(raster: Raster): Promise<Uint8Array> {
  const { width, height, channels, data } = raster;
  return sharp(data, { raw: { width, height, channels } })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .png({ compressionLevel: 9 })
    .toBuffer();
}

/** Encodes to JPEG, small: for previews. @param quality 1…100. */
export async function encodeJpeg(raster: Raster, quality: number): Promise<Uint8Array> {
  const { width, height, channels, data } = raster;
  return sharp(data, { raw: { width, height, channels } }).jpeg({ quality, mozjpeg: true }).toBuffer();
}
