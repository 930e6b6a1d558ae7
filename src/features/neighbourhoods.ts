import type { FeatureMap } from './forward.js';
import type { LayerMap } from './layer-map.js';

/** Where pooled values go: those of position p from `at` + p·`stride` on. */
interface Target {
  out: Float32Array;
  at: number;
  stride: number;
}

/** Pools the 3×3 neighbourhoods, zeros beyond the border, of a map into a layer's embedding channels: [height·width × count]. */
export function poolNeighbourhoods({ height, width, channels, data }: FeatureMap, layer: LayerMap, to: Target): void {
  const line = (width + 2) * channels;
  const padded = new Float32Array((height + 2) * line);
  for (let y = 0; y < height; y++) {
    padded.set(data.subarray(y * width * channels, (y + 1) * width * channels), (y + 1) * line + channels);
  }
  const offset = layer.tap.map((tap, e) => Math.floor(tap / 3) * line + (tap % 3) * channels + layer.channel[e]);
  const input = { padded, channels, offset, factor: Float64Array.from(layer.factor), start: layer.start };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x += x + 4 <= width ? 4 : 1) {
      const pool = x + 4 <= width ? poolFour : poolOne;
      pool(input, y * line + x * channels, to, to.at + (y * width + x) * to.stride);
    }
  }
}

interface Pooling {
  padded: Float32Array;
  channels: number;
  start: Int32Array;
  offset: Int32Array;
  factor: Float64Array;
}

/** Four positions beside each other at once, so that each entry is read once for all. */
function poolFour({ padded, channels, start, offset, factor }: Pooling, base: number, to: Target, at: number): void {
  const { out, stride } = to;
  const count = start.length - 1;
  for (let j = 0; j < count; j++) {
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    const end = start[j + 1];
    for (let e = start[j]; e < end; e++) {
      const from = base + offset[e];
      const f = factor[e];
      a += padded[from] * f;
      b += padded[from + channels] * f;
      c += padded[from + 2 * channels] * f;
      d += padded[from + 3 * channels] * f;
    }
    out[at + j] = a;
    out[at + stride + j] = b;
    out[at + 2 * stride + j] = c;
    out[at + 3 * stride + j] = d;
  }
}

function poolOne({ padded, start, offset, factor }: Pooling, base: number, { out }: Target, at: number): void {
  const count = start.length - 1;
  for (let j = 0; j < count; j++) {
    let sum = 0;
    for (let e = start[j]; e < start[j + 1]; e++) sum += padded[base + offset[e]] * factor[e];
    out[at + j] = sum;
  }
}
