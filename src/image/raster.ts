/** An 8-bit image in memory: row-major, channels interleaved, `data.length = width · height · channels`. */
export interface Raster {
  width: number;
  height: number;
  channels: 1 | 3;
  data: Uint8Array;
}
