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
  /** Values that become 0 and 255 in images deeper than 8 bits; by default their full range. */
  window?: GreyWindow;
}

/** PatchCore and SoftPatch: shorter side 256, antialiased bilinear, centre crop 224. */
export const PATCHCORE_PREPROCESSING: Preprocessing = { resize: 256, crop: 224, filter: 'bilinear' };

/** ImageNet statistics of the pretrained networks, per channel of values in 0…1. */
export const IMAGENET_MEAN: readonly number[] = [0.485, 0.456, 0.406];
export const IMAGENET_DEVIATION: readonly number[] = [0.229, 0.224, 0.225];

/** Resizes the shorter side (or both) and crops the centre: [crop × crop × channels], 8 bits. */
export function resizeAndCrop(image: Raster, { resize, crop, filter, square }: Preprocessing): Raster {
  if (crop > resize) {
    throw new InputError(`a crop of ${crop} px is larger than the resized side of ${resize} px`, 'Lower the crop');
  }
  const shorter = Math.min(image.width, image.height);
  const scaled = (side: number): number =>
    side === shorter || square ? resize : Math.trunc((resize * side) / shorter);
  return centreCrop(resample(image, scaled(image.width), scaled(image.height), filter), crop);
}

/** Centre crop as torchvision's: offset is (side − size)/2, halves to even. */
export function centreCrop(image: Raster, size: number): Raster {
  const { channels, data } = image;
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

/** RGB bytes to network input: (v/255 − μ)/σ, [height × width × 3] float32. */
export function normalise(image: Raster): Float32Array {
  const table = IMAGENET_MEAN.map((mean, c) =>
    Float32Array.from({ length: 256 }, (_, v) => Math.fround(Math.fround(v / 255) - mean) / IMAGENET_DEVIATION[c]),
  );
  const out = new Float32Array(image.data.length);
  for (let i = 0; i < out.length; i += 3) {
    out[i] = table[0][image.data[i]];
    out[i + 1] = table[1][image.data[i + 1]];
    out[i + 2] = table[2][image.data[i + 2]];
  }
  return out;
}
