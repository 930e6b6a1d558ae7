import { checkLength } from '../arguments.js';
import { resizeLinear } from './linear.js';
import type { Raster } from './raster.js';

/**
 * Pillow's filters; `nearest` needs no kernel. `linear` is bilinear without antialiasing, as OpenCV's default and
 * anomalib's of 2022: two taps however far it shrinks.
 */
export type ResampleFilter = 'bilinear' | 'bicubic' | 'lanczos' | 'linear' | 'nearest';

/** Filters with a kernel that widens as the image shrinks. */
type Antialiased = Exclude<ResampleFilter, 'nearest' | 'linear'>;

const KERNELS: Record<Antialiased, { support: number; weight: (x: number) => number }> = {
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: {
    support: 2,
    weight: (signed) => {
      const x = Math.abs(signed);
      if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
      return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
    },
  },
  lanczos: { support: 3, weight: (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

const PRECISION = 22;

/**
 * Resizes byte for byte as Pillow's `Image.resize` (docs/methods.md 1.2): horizontal pass first, rounded to 8 bits, then
 * vertical; antialiased, filter weights in 22-bit fixed point. `nearest` takes the source at each output's centre;
 * `linear` is OpenCV's.
 * @throws RangeError if a target side is not a positive integer.
 */
export function resample(image: Raster, width: number, height: number, filter: ResampleFilter = 'bilinear'): Raster {
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0)) {
    throw new RangeError(`cannot resize to ${width}×${height}`);
  }
  checkLength('image.data', image.data, image.width * image.height * image.channels);
  if (width === image.width && height === image.height) return image;
  if (filter === 'nearest') return nearest(image, width, height);
  if (filter === 'linear') return resizeLinear(image, width, height);
  const wide = width === image.width ? image : horizontal(image, width, filter);
  return height === image.height ? wide : vertical(wide, height, filter);
}

interface Taps {
  first: Int32Array;
  count: Int32Array;
  /** [outputs × widest] fixed-point weights. */
  weight: Int32Array;
  widest: number;
}

function taps(from: number, to: number, filter: Antialiased): Taps {
  const { support, weight: kernel } = KERNELS[filter];
  const scale = from / to;
  const stretch = Math.max(scale, 1);
  const reach = support * stretch;
  const widest = Math.ceil(reach) * 2 + 1;
  const result: Taps = {
    first: new Int32Array(to),
    count: new Int32Array(to),
    weight: new Int32Array(to * widest),
    widest,
  };
  const exact = new Float64Array(widest);
  for (let o = 0; o < to; o++) {
    const centre = (o + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - reach + 0.5));
    const count = Math.min(from, Math.trunc(centre + reach + 0.5)) - first;
    let sum = 0;
    for (let t = 0; t < count; t++) {
      exact[t] = kernel((t + first - centre + 0.5) * (1 / stretch));
      sum += exact[t];
    }
    for (let t = 0; t < count; t++) {
      const scaled = (sum !== 0 ? exact[t] / sum : exact[t]) * (1 << PRECISION);
      result.weight[o * widest + t] = Math.trunc(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    }
    result.first[o] = first;
    result.count[o] = count;
  }
  return result;
}

const HALF = 1 << (PRECISION - 1);

function clamp8(sum: number): number {
  const value = sum >> PRECISION;
  return Math.max(0, Math.min(value, 255));
}

function horizontal(image: Raster, width: number, filter: Antialiased): Raster {
  const { height, channels, data } = image;
  const { first, count, weight, widest } = taps(image.width, width, filter);
  const out = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    for (let o = 0; o < width; o++) {
      const source = (y * image.width + first[o]) * channels;
      for (let c = 0; c < channels; c++) {
        let sum = HALF;
        for (let t = 0; t < count[o]; t++) sum += data[source + t * channels + c] * weight[o * widest + t];
        out[(y * width + o) * channels + c] = clamp8(sum);
      }
    }
  }
  return { width, height, channels, data: out };
}

function vertical(image: Raster, height: number, filter: Antialiased): Raster {
  const { width, channels, data } = image;
  const { first, count, weight, widest } = taps(image.height, height, filter);
  const stride = width * channels;
  const out = new Uint8Array(stride * height);
  for (let o = 0; o < height; o++) {
    for (let x = 0; x < stride; x++) {
      let sum = HALF;
      for (let t = 0; t < count[o]; t++) sum += data[(first[o] + t) * stride + x] * weight[o * widest + t];
      out[o * stride + x] = clamp8(sum);
    }
  }
  return { width, height, channels, data: out };
}

function nearest(image: Raster, width: number, height: number): Raster {
  const { channels, data } = image;
  const out = new Uint8Array(width * height * channels);
  const rows = nearestSources(image.height, height);
  const columns = nearestSources(image.width, width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const source = (rows[y] * image.width + columns[x]) * channels;
      for (let c = 0; c < channels; c++) out[(y * width + x) * channels + c] = data[source + c];
    }
  }
  return { width, height, channels, data: out };
}

/** ⌊(o + ½)·in/out⌋, the centre reached by repeated addition as in Pillow, which decides exact halves by its rounding. */
function nearestSources(from: number, to: number): Int32Array {
  const scale = from / to;
  let centre = scale * 0.5;
  return Int32Array.from({ length: to }, () => {
    const source = Math.min(Math.floor(centre), from - 1);
    centre += scale;
    return source;
  });
}
