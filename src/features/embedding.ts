import { bilinearTaps } from '../image/bilinear.js';
import type { FeatureMap } from './forward.js';

/** Channels of a patch embedding, and of each layer before the layers are joined. */
export const EMBEDDING_DIMENSIONS = 1024;

/** How a layer enters the embedding: a sparse linear map from its 3×3 neighbourhoods to embedding channels. */
export interface LayerMap {
  /** Embedding channels this layer touches: [first, first + count). */
  first: number;
  count: number;
  /** Entries of channel j are [start[j], start[j + 1]). */
  start: Int32Array;
  /** Channel of the layer and tap 0…8 (row-major in the 3×3 patch) of each entry, and its factor. */
  channel: Int32Array;
  tap: Int32Array;
  factor: Float32Array;
}

/**
 * The patch embedding of PatchCore and SoftPatch (docs/methods.md 2): 3×3 neighbourhoods with zero padding, adaptive average
 * pooling of the flattened (channel, ky, kx) block to 1024, deeper layers brought to the first layer's grid bilinearly
 * (half-pixel), layers joined and pooled to 1024 again. All of it is linear, so it is done as one sparse map a layer on
 * the layer's own small grid, then upsampled: the exact shortcut for every width, up to rounding.
 * @param layers {@link layerMaps} of the layers' channels, or {@link concatenationMaps}. @param dimensions of a row.
 * @returns rows [height·width × dimensions] of the first layer's grid, row by row.
 */
export function createEmbedding(
  layers: readonly LayerMap[],
  dimensions: number = EMBEDDING_DIMENSIONS,
): (maps: readonly FeatureMap[]) => Float32Array {
  return (maps) => {
    const { height, width } = maps[0];
    const rows = new Float32Array(height * width * dimensions);
    maps.forEach((map, index) => {
      const pooled = poolNeighbourhoods(map, layers[index]);
      addUpsampled(pooled, map, layers[index], rows, { height, width, dimensions });
    });
    return rows;
  };
}

/**
 * How layers of these widths enter anomalib's embedding: each averaged over 3 × 3 patches, zeros beyond the border counted
 * (`pool` 3), or taken as it is (1), and all channels joined.
 */
export function concatenationMaps(widths: readonly number[], pool: 1 | 3): LayerMap[] {
  let first = 0;
  const taps = pool === 3 ? [0, 1, 2, 3, 4, 5, 6, 7, 8] : [4];
  return widths.map((count) => {
    const entries = count * taps.length;
    const map = {
      first,
      count,
      start: Int32Array.from({ length: count + 1 }, (_, j) => j * taps.length),
      channel: Int32Array.from({ length: entries }, (_, e) => Math.floor(e / taps.length)),
      tap: Int32Array.from({ length: entries }, (_, e) => taps[e % taps.length]),
      factor: new Float32Array(entries).fill(1 / taps.length),
    };
    first += count;
    return map;
  });
}

/** How layers of these widths enter the embedding. */
export function layerMaps(widths: readonly number[]): LayerMap[] {
  return widths.map((width, index) => layerMap(width, index, widths.length));
}

/** Window [from, to) of output j when `length` values are pooled adaptively to `outputs`. */
function window(j: number, length: number, outputs: number): [number, number] {
  return [Math.floor((j * length) / outputs), Math.ceil(((j + 1) * length) / outputs)];
}

function layerMap(width: number, index: number, layers: number): LayerMap {
  const joined = EMBEDDING_DIMENSIONS * layers;
  const touched: Map<number, number>[] = [];
  let first = -1;
  for (let j = 0; j < EMBEDDING_DIMENSIONS; j++) {
    const [from, to] = window(j, joined, EMBEDDING_DIMENSIONS);
    const entries = new Map<number, number>();
    for (let c = Math.max(from, index * 1024); c < Math.min(to, (index + 1) * 1024); c++) {
      const [begin, end] = window(c - index * 1024, 9 * width, EMBEDDING_DIMENSIONS);
      const factor = 1 / ((end - begin) * (to - from));
      for (let v = begin; v < end; v++) entries.set(v, (entries.get(v) ?? 0) + factor);
    }
    if (entries.size > 0 && first < 0) first = j;
    if (entries.size > 0) touched.push(entries);
  }
  const start = new Int32Array(touched.length + 1);
  const flat = touched.flatMap((entries) => [...entries]);
  touched.forEach((entries, j) => {
    start[j + 1] = start[j] + entries.size;
  });
  return {
    first,
    count: touched.length,
    start,
    channel: Int32Array.from(flat, ([v]) => Math.floor(v / 9)),
    tap: Int32Array.from(flat, ([v]) => v % 9),
    factor: Float32Array.from(flat, ([, factor]) => factor),
  };
}

function poolNeighbourhoods({ height, width, channels, data }: FeatureMap, layer: LayerMap): Float32Array {
  const stride = (width + 2) * channels;
  const padded = new Float32Array((height + 2) * stride);
  for (let y = 0; y < height; y++) {
    padded.set(data.subarray(y * width * channels, (y + 1) * width * channels), (y + 1) * stride + channels);
  }
  const { count, start, factor } = layer;
  const offset = layer.tap.map((tap, e) => Math.floor(tap / 3) * stride + (tap % 3) * channels + layer.channel[e]);
  const out = new Float32Array(height * width * count);
  for (let p = 0; p < height * width; p++) {
    const base = Math.floor(p / width) * stride + (p % width) * channels;
    for (let j = 0; j < count; j++) {
      let sum = 0;
      for (let e = start[j]; e < start[j + 1]; e++) sum += padded[base + offset[e]] * factor[e];
      out[p * count + j] = sum;
    }
  }
  return out;
}

/** Adds a layer's pooled grid to the rows, bilinearly with half-pixel centres and clamped edges. */
function addUpsampled(
  pooled: Float32Array,
  from: FeatureMap,
  { first, count }: LayerMap,
  rows: Float32Array,
  { height, width, dimensions }: { height: number; width: number; dimensions: number },
): void {
  const vertical = bilinearTaps(from.height, height);
  const horizontal = bilinearTaps(from.width, width);
  for (let y = 0; y < height; y++) {
    const { low: top, high: bottom, blend: v } = vertical[y];
    for (let x = 0; x < width; x++) {
      const { low: left, high: right, blend: h } = horizontal[x];
      const a = (top * from.width + left) * count;
      const b = (top * from.width + right) * count;
      const c = (bottom * from.width + left) * count;
      const d = (bottom * from.width + right) * count;
      const out = (y * width + x) * dimensions + first;
      if (h === 0 && v === 0) {
        for (let j = 0; j < count; j++) rows[out + j] += pooled[a + j];
        continue;
      }
      for (let j = 0; j < count; j++) {
        const upper = pooled[a + j] + (pooled[b + j] - pooled[a + j]) * h;
        const lower = pooled[c + j] + (pooled[d + j] - pooled[c + j]) * h;
        rows[out + j] += upper + (lower - upper) * v;
      }
    }
  }
}
