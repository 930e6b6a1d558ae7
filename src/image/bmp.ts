import { decode } from 'bmp-ts';
import type { Raster } from './raster.js';

/** Decodes a BMP (BTAD ships them; libvips does not read them) to RGB. */
export function decodeBmp(file: Buffer): Raster {
  const { width, height, data } = decode(file, { toRGBA: true });
  const rgb = new Uint8Array(width * height * 3);
  for (let p = 0; p < width * height; p++) for (let c = 0; c < 3; c++) rgb[p * 3 + c] = data[p * 4 + c];
  return { width, height, channels: 3, data: rgb };
}

/** Whether the bytes begin as a BMP. */
export function isBmp(file: Uint8Array): boolean {
  return file.length > 30 && file[0] === 0x42 && file[1] === 0x4d;
}
