import type { FeatureMap } from './forward.js';
import type { LayerMap } from './layer-map.js';
import { poolNeighbourhoods } from './neighbourhoods.js';
import { addUpsampled } from './upsample.js';

/** Channels of a patch embedding, and of each layer before the layers are joined. */
export const EMBEDDING_DIMENSIONS = 1024;

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
      const layer = layers[index];
      // The first layer's grid is that of the rows.
      if (index === 0) {
        poolNeighbourhoods(map, layer, { out: rows, at: layer.first, stride: dimensions });
        return;
      }
      const pooled = new Float32Array(map.height * map.width * layer.count);
      poolNeighbourhoods(map, layer, { out: pooled, at: 0, stride: layer.count });
      const { first, count } = layer;
      addUpsampled(pooled, map, { rows, height, width, dimensions, first, count });
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
