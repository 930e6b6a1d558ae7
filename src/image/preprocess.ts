import { checkWhole } from '../arguments.js';
import { InputError } from '../errors.js';
import type { GreyWindow } from './eight-bit.js';
import type { Raster } from './raster.js';
import { type ResampleFilter, resample } from './resample.js';

/** How an image becomes a network's input (docs/methods.md 1.2). */
export interface Preprocessing {
  /** Length of the shorter side after resizing, pixels; the longer is truncated in proportion. */
  resize: number;
  /** Side of the centred square crop, pixels. */
  crop: number;
  filter: ResampleFilter;
  /** Resize both sides to `resize`, whatever the image's shape (anomalib, cflow-ad), not only the shorter. */
  square?: boolean;
  /** Extend the shorter side to a square first, evenly, by the mean colour of the networks' images: the whole picture, undistorted. */
  pad?: boolean;
  /** Mean and standard deviation of each colour, of values in 0…1; ImageNet's where left out. */
  mean?: readonly number[];
  deviation?: readonly number[];
  /**
   * Pictures are seen at their own resolution in tiles of `crop` pixels that overlap by at least so many; nothing is resized.
   */
  tile?: { overlap: number };
  /** Values that become 0 and 255 in images deeper than 8 bits; by default their full range. */
  window?: GreyWindow;
}

/** PatchCore and SoftPatch: shorter side 256, antialiased bilinear, centre crop 224. */
export const PATCHCORE_PREPROCESSING: Preprocessing = { resize: 256, crop: 224, filter: 'bilinear' };

/** ImageNet statistics of the pretrained networks, per channel of values in 0…1. */
export const IMAGENET_MEAN: readonly number[] = [0.485, 0.456, 0.406];
export const IMAGENET_DEVIATION: readonly number[] = [0.229, 0.224, 0.225];

/** Pads to a square where so said, resizes the shorter side (or both) and crops the centre: [crop × crop × channels], 8 bits. */
export function resizeAndCrop(given: Raster, { resize, crop, filter, square, pad }: Preprocessing): Raster {
  if (crop > resize) {
    throw new InputError(`a crop of ${crop} px is larger than the resized side of ${resize} px`, 'Lower the crop');
  }
  const image = pad ? padToSquare(given) : given;
  const shorter = Math.min(image.width, image.height);
  const scaled = (side: number): number =>
    side === shorter || square ? resize : Math.trunc((resize * side) / shorter);
  return centreCrop(resample(image, scaled(image.width), scaled(image.height), filter), crop);
}

/** The image in the middle of a square of its longer side; around it the mean colour, in masks (one channel) nothing. */
export function padToSquare(image: Raster): Raster {
  const { width, height, channels, data } = image;
  const side = Math.max(width, height);
  if (width === height) return image;
  const out = new Uint8Array(side * side * channels);
  if (channels === 3) {
    const [red, green, blue] = IMAGENET_MEAN.map((mean) => Math.round(mean * 255));
    for (let i = 0; i < out.length; i += 3) {
      out[i] = red;
      out[i + 1] = green;
      out[i + 2] = blue;
    }
  }
  const [left, top] = [Math.floor((side - width) / 2), Math.floor((side - height) / 2)];
  for (let y = 0; y < height; y++) {
    out.set(data.subarray(y * width * channels, (y + 1) * width * channels), ((top + y) * side + left) * channels);
  }
  return { width: side, height: side, channels, data: out };
}

/**
 * Share of a mask's defect pixels that the crop leaves out, in 0…1: 0 where the whole picture is seen, null where the mask marks
 * nothing.
 */
export function shareOutside(
  { width, height, data }: Raster,
  { resize, crop, square, pad }: Preprocessing,
): number | null {
  const side = Math.max(width, height);
  const shorter = pad ? side : Math.min(width, height);
  const [scaleX, scaleY] = square
    ? [width, height].map((own) => resize / (pad ? side : own))
    : [resize / shorter, resize / shorter];
  let all = 0;
  let outside = 0;
  for (let p = 0; p < data.length; p++) {
    if (data[p] === 0) continue;
    all++;
    const x = Math.abs(((p % width) + 0.5 - width / 2) * scaleX);
    const y = Math.abs((Math.floor(p / width) + 0.5 - height / 2) * scaleY);
    if (x > crop / 2 || y > crop / 2) outside++;
  }
  return all === 0 ? null : outside / all;
}

/** Centre crop as torchvision's: offset is (side − size)/2, halves to even. */
export function centreCrop(image: Raster, size: number): Raster {
  const { channels, data } = image;
  checkWhole('size', size, 1, Math.min(image.width, image.height));
  const left = halfEven(image.width - size);
  const top = halfEven(image.height - size);
  const out = new Uint8Array(size * size * channels);
  for (let y = 0; y < size; y++) {
    const from = ((top + y) * image.width + left) * channels;
    out.set(data.subarray(from, from + size * channels), y * size * channels);
  }
  return { width: size, height: size, channels, data: out };
}

function halfEven(difference: number): number {
  const floor = Math.floor(difference / 2);
  return difference % 2 === 0 ? floor : floor + (floor % 2);
}

/** The least and the largest value that {@link normalise} gives. */
export function pixelSpan({
  mean: means = IMAGENET_MEAN,
  deviation = IMAGENET_DEVIATION,
}: Pick<Preprocessing, 'mean' | 'deviation'>): [low: number, high: number] {
  const ends = (value: number): number[] => means.map((mean, c) => (value - mean) / deviation[c]);
  return [Math.min(0, ...ends(0)), Math.max(0, ...ends(1))];
}

/** RGB bytes to network input: (v/255 − μ)/σ, by ImageNet's statistics or others, [height × width × 3] float32. */
export function normalise(
  image: Raster,
  { mean: means = IMAGENET_MEAN, deviation = IMAGENET_DEVIATION }: Pick<Preprocessing, 'mean' | 'deviation'> = {},
): Float32Array {
  if (image.channels !== 3) throw new RangeError(`image has ${image.channels} channels, not 3`);
  const table = means.map((mean, c) =>
    Float32Array.from({ length: 256 }, (_, v) => Math.fround(Math.fround(v / 255) - mean) / deviation[c]),
  );
  const out = new Float32Array(image.data.length);
  for (let i = 0; i < out.length; i += 3) {
    out[i] = table[0][image.data[i]];
    out[i + 1] = table[1][image.data[i + 1]];
    out[i + 2] = table[2][image.data[i + 2]];
  }
  return out;
}
