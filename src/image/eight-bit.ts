import type { Raster } from './raster.js';
import type { StoredPixels } from './stored-pixels.js';

/** Values of a deep image between which the 256 grey levels lie. */
export type GreyWindow = readonly [low: number, high: number];

/**
 * Stored pixels as 8-bit RGB: alpha dropped, grey replicated, CMYK by (255 − K) − C·(255 − K)/255, all as Pillow. 16 bits are
 * scaled by their full range (the high byte, as Pillow does for RGB; for grey Pillow clips at 255), or by a window:
 * (v − low)·255/(high − low), rounded and clamped.
 * @throws RangeError for pixels deeper than 16 bits without a window, or a window that is empty.
 */
export function eightBitRgb({ facts, space, colours, data }: StoredPixels, window?: GreyWindow): Raster {
  const { width, height } = facts;
  const scaled = eightBits(data, window);
  if (space === 'rgb') return { width, height, channels: 3, data: scaled };
  const out = new Uint8Array(width * height * 3);
  for (let p = 0; p < width * height; p++) {
    const at = p * colours;
    const most = space === 'cmyk' ? 255 - scaled[at + 3] : 0;
    for (let c = 0; c < 3; c++)
      out[p * 3 + c] = space === 'cmyk' ? Math.max(0, most - share(scaled[at + c], most)) : scaled[at];
  }
  return { width, height, channels: 3, data: out };
}

/** a·b/255 rounded, in Pillow's integers. */
function share(a: number, b: number): number {
  const product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}

function eightBits(data: StoredPixels['data'], window: GreyWindow | undefined): Uint8Array {
  if (data instanceof Uint8Array) return data;
  if (window) {
    const [low, high] = window;
    if (!(high > low)) throw new RangeError(`window = ${low}, ${high}: its second value must be the larger`);
    // A clamped array rounds halves to even; + 0.5 and truncation rounds them up.
    const scale = 255 / (high - low);
    return Uint8Array.from(data, (value) => Math.max(0, Math.min(255, Math.trunc((value - low) * scale + 0.5))));
  }
  if (data instanceof Float32Array) throw new RangeError('pixels deeper than 16 bits need a window');
  return Uint8Array.from(data, (value) => value >> 8);
}
