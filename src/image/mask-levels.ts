import { eightBitRgb } from './eight-bit.js';
import type { StoredPixels } from './stored-pixels.js';

/** What may make a mask mean something else than it was drawn for. */
export type MaskDoubt = 'inverted' | 'empty' | 'levels' | 'labels' | 'lossy' | 'palette order';

/** A mask brought to one scale: 0 is good, 255 is defect, between them only where its own edges are soft. */
export interface MaskLevels {
  /** [height × width] */
  data: Uint8Array;
  doubts: MaskDoubt[];
}

/**
 * What each pixel of a mask says, by index or value, not by colour (docs/inputs.md). A palette image counts by its index, RGB by its
 * largest channel; transparent pixels are good; where only alpha varies, alpha is the mask. Then
 * - lossy files (JPEG): defect from half of the largest value;
 * - at most two levels, any palette, or more levels that all lie below half of the range (class labels): every value but 0 is defect;
 * - else the edges are soft: values stay, stretched so that the largest is 255.
 */
export function maskLevels(pixels: StoredPixels): MaskLevels {
  const values = pixelValues(pixels);
  const full = pixels.data instanceof Uint8Array ? 255 : pixels.data instanceof Uint16Array ? 65535 : Infinity;
  const { most, several } = spread(values);
  const doubts: MaskDoubt[] = [];
  let level: (value: number) => number = (value) => (value === 0 ? 0 : 255);
  if (several && pixels.facts.lossy) {
    doubts.push('lossy');
    level = (value) => (value * 2 >= most ? 255 : 0);
  } else if (several && pixels.space !== 'index' && most * 2 >= full) {
    doubts.push('levels');
    level = (value) => (value === 0 ? 0 : Math.max(1, Math.round((value * 255) / most)));
  } else if (several) {
    doubts.push('labels');
  }
  const data = new Uint8Array(values.length);
  let marked = 0;
  for (let p = 0; p < data.length; p++) {
    if (values[p] === 0) continue;
    data[p] = level(values[p]);
    if (data[p] !== 0) marked++;
  }
  if (marked === 0) doubts.push('empty');
  if (marked * 2 > data.length) doubts.push('inverted');
  return { data, doubts };
}

/** One value a pixel, 0 where it is good. */
function pixelValues(pixels: StoredPixels): Float32Array {
  const { alpha } = pixels;
  // In CMYK 0 is no ink, the lightest: there the colour is the value.
  const [data, colours] =
    pixels.space === 'cmyk' ? [eightBitRgb(pixels).data, 3] : [pixels.data, pixels.colours as number];
  const own = new Float32Array(data.length / colours);
  if (colours === 1) own.set(data);
  else {
    for (let p = 0; p < own.length; p++)
      for (let c = 0; c < colours; c++) own[p] = Math.max(own[p], data[p * colours + c]);
  }
  if (!alpha || !varies(alpha, 1)) return own;
  return varies(data, colours) ? own.map((value, p) => (alpha[p] === 0 ? 0 : value)) : Float32Array.from(alpha);
}

/** Whether any pixel differs from the one before. */
function varies(data: ArrayLike<number>, colours: number): boolean {
  for (let i = colours; i < data.length; i++) if (data[i] !== data[i - colours]) return true;
  return false;
}

/** The largest value, and whether there are more than two different ones. */
function spread(values: Float32Array): { most: number; several: boolean } {
  const seen = new Set<number>();
  let most = 0;
  let last = Number.NaN;
  for (let p = 0; p < values.length; p++) {
    const value = values[p];
    if (value === last) continue;
    last = value;
    if (value > most) most = value;
    if (seen.size < 3) seen.add(value);
  }
  return { most, several: seen.size > 2 };
}
