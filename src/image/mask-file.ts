import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../errors.js';
import { readPixels } from './codec.js';
import { type MaskDoubt, maskLevels } from './mask-levels.js';
import type { Raster } from './raster.js';
import type { StoredPixels } from './stored-pixels.js';

/** A mask as read: 0 good, 255 defect, between them soft edges; and what may be wrong with it. */
export interface MaskReading {
  mask: Raster;
  doubts: MaskDoubt[];
}

/**
 * Reads a mask file, upright, by index or value (docs/inputs.md); a folder (MVTec LOCO) is the union of the masks in it.
 * @throws InputError naming the file: when it cannot be decoded, an empty folder, masks of different sizes.
 */
export async function readMask(path: string): Promise<MaskReading> {
  const parts = await maskFiles(path);
  const readings: MaskReading[] = [];
  for (const part of parts) readings.push(await readOne(part));
  const [{ mask, doubts }] = readings;
  if (readings.length === 1) return { mask, doubts };
  const data = new Uint8Array(mask.data.length);
  for (const [i, { mask: other }] of readings.entries()) {
    if (other.width !== mask.width || other.height !== mask.height) {
      throw new InputError(`masks ${parts[0]} and ${parts[i]} are of different sizes`, 'Export them at one size');
    }
    for (let p = 0; p < data.length; p++) if (other.data[p] > data[p]) data[p] = other.data[p];
  }
  const marked = data.reduce((count, value) => count + (value === 0 ? 0 : 1), 0);
  const own = new Set<MaskDoubt>(readings.flatMap((reading) => reading.doubts));
  own.delete('empty');
  if (marked === 0) own.add('empty');
  if (marked * 2 > data.length) own.add('inverted');
  return { mask: { ...mask, data }, doubts: [...own] };
}

async function maskFiles(path: string): Promise<string[]> {
  if (!(await stat(path).catch(() => null))?.isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => !name.startsWith('.')).sort();
  if (names.length === 0) throw new InputError(`mask folder ${path} is empty`, 'Add its masks or remove the image');
  return names.map((name) => join(path, name));
}

async function readOne(path: string): Promise<MaskReading> {
  const pixels = await readPixels(path, { indices: true });
  const { data, doubts } = maskLevels(pixels);
  if (pixels.space === 'index' && isZeroBright(pixels, await readPixels(path))) doubts.push('palette order');
  return { mask: { width: pixels.facts.width, height: pixels.facts.height, channels: 1, data }, doubts };
}

/** Whether index 0 is used and another index has a darker colour. */
function isZeroBright(indices: StoredPixels, colours: StoredPixels): boolean {
  const light = (p: number): number => colours.data[p * 3] + colours.data[p * 3 + 1] + colours.data[p * 3 + 2];
  const zero = (indices.data as Uint8Array).indexOf(0);
  return zero >= 0 && indices.data.some((index, p) => index !== 0 && light(p) < light(zero));
}
