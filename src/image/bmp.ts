import { type BmpHeader, readBmpHeader } from './bmp-header.js';
import { unpackBmpRuns } from './bmp-rle.js';

/** A decoded BMP. */
export interface BmpPixels {
  width: number;
  height: number;
  bits: number;
  /** Makes [height × width × 3]. */
  rgb(): Uint8Array;
  /** [height × width] palette indices, where there is a palette. */
  indices: Uint8Array | null;
  /** [height × width], where there is alpha. */
  alpha: Uint8Array | null;
}

/** More pixels than this in a run-length code are taken for damage: Pillow's own limit. */
const MOST_RUN_PIXELS = 178_956_970;

/** Whether the bytes begin as a BMP. */
export function isBmp(file: Uint8Array): boolean {
  return file.length >= 26 && file[0] === 0x42 && file[1] === 0x4d;
}

/**
 * Decodes a BMP, which libvips does not read and industrial cameras write: 1, 2, 4, 8 bits with a palette, RLE8, RLE4, 16, 24
 * and 32 bits, any bit fields, rows from below or above; byte for byte as Pillow.
 * @throws Error saying what is wrong: an unknown kind, or a file that ends early.
 */
export function decodeBmp(file: Buffer): BmpPixels {
  const header = readBmpHeader(file);
  const { width, height, bits, palette } = header;
  const pixels = width * height;
  if (palette) {
    const stored = header.compression === 'none' ? unpackIndices(file, header) : runs(file, header);
    const indices = topFirst(stored, header);
    const rgb = (): Uint8Array => {
      const colours = new Uint8Array(pixels * 3);
      for (let p = 0; p < pixels; p++) for (let c = 0; c < 3; c++) colours[p * 3 + c] = palette[indices[p] * 3 + c];
      return colours;
    };
    return { width, height, bits, rgb, indices, alpha: null };
  }
  const { rgb, alpha } = unpackColours(file, header);
  return { width, height, bits, indices: null, rgb: () => rgb, alpha };
}

function runs(file: Buffer, { width, height, offset, compression }: BmpHeader): Uint8Array {
  if (width * height > MOST_RUN_PIXELS) throw new Error(`it claims ${width}×${height} pixels`);
  return unpackBmpRuns(file, offset, width, width * height, compression === 'rle4');
}

/** Bytes of a row: padded to 4. Checks that the file holds all rows. */
function rowBytes(file: Buffer, { width, height, bits, offset }: BmpHeader): number {
  const bytes = Math.ceil((width * bits) / 32) * 4;
  // The last row's padding may be missing.
  const needed = offset + bytes * (height - 1) + Math.ceil((width * bits) / 8);
  if (needed > file.length)
    throw new Error(`it is truncated: ${width}×${height} pixels need ${needed} bytes, it has ${file.length}`);
  return bytes;
}

function unpackIndices(file: Buffer, header: BmpHeader): Uint8Array {
  const { width, height, bits, offset } = header;
  const stride = rowBytes(file, header);
  const inByte = 8 / bits;
  const most = (1 << bits) - 1;
  const out = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const byte = file[offset + y * stride + Math.floor(x / inByte)];
      out[y * width + x] = (byte >> (8 - bits - (x % inByte) * bits)) & most;
    }
  }
  return out;
}

function topFirst(stored: Uint8Array, { width, height, topDown }: BmpHeader): Uint8Array {
  if (topDown) return stored;
  const out = new Uint8Array(stored.length);
  for (let y = 0; y < height; y++) out.set(stored.subarray(y * width, (y + 1) * width), (height - 1 - y) * width);
  return out;
}

function unpackColours(file: Buffer, header: BmpHeader): { rgb: Uint8Array; alpha: Uint8Array | null } {
  const { width, height, bits, offset, topDown, masks } = header;
  const stride = rowBytes(file, header);
  const rgb = new Uint8Array(width * height * 3);
  const alpha = masks[3] === 0 ? null : new Uint8Array(width * height);
  const fields = masks.map(field);
  for (let y = 0; y < height; y++) {
    const row = offset + (topDown ? y : height - 1 - y) * stride;
    for (let x = 0; x < width; x++) {
      const p = y * width + x;
      if (bits === 24) {
        for (let c = 0; c < 3; c++) rgb[p * 3 + c] = file[row + x * 3 + 2 - c];
        continue;
      }
      const pixel = bits === 16 ? file.readUInt16LE(row + x * 2) : file.readUInt32LE(row + x * 4);
      for (let c = 0; c < 3; c++) rgb[p * 3 + c] = fields[c](pixel);
      if (alpha) alpha[p] = fields[3](pixel);
    }
  }
  return { rgb, alpha };
}

/** Takes a mask's bits out of a pixel and brings them to 0…255, truncating as Pillow. */
function field(mask: number): (pixel: number) => number {
  if (mask === 0) return () => 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const most = mask >>> shift;
  return (pixel) => Math.trunc((((pixel & mask) >>> shift) * 255) / most);
}
