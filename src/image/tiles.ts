import { checkWhole } from '../arguments.js';
import { InputError } from '../errors.js';
import type { Raster } from './raster.js';

/** Where a tile lies in its picture, in pixels. */
export interface TilePlace {
  left: number;
  top: number;
}

/**
 * Square tiles that cover a picture at its own resolution, row by row: as few as overlap by at least `overlap`, evenly spread, the outer ones
 * flush with the borders.
 * @throws InputError where the picture is smaller than a tile; RangeError for an overlap of a whole tile.
 */
export function tilesOf(
  { width, height }: { width: number; height: number },
  tile: number,
  overlap: number,
): TilePlace[] {
  checkWhole('tile', tile, 1);
  checkWhole('overlap', overlap, 0, tile - 1);
  if (Math.min(width, height) < tile) {
    const fix = `Lower --tile to ${Math.min(width, height)} or less, or leave it out`;
    throw new InputError(`a picture of ${width}×${height} px is smaller than a tile of ${tile} px`, fix);
  }
  const along = (length: number): number[] => {
    const count = Math.ceil((length - overlap) / (tile - overlap));
    return Array.from({ length: count }, (_, i) => (count === 1 ? 0 : Math.round((i * (length - tile)) / (count - 1))));
  };
  const columns = along(width);
  return along(height).flatMap((top) => columns.map((left) => ({ left, top })));
}

/** A tile of a picture [tile × tile × channels]. */
export function cutTile({ width, channels, data }: Raster, { left, top }: TilePlace, tile: number): Raster {
  const out = new Uint8Array(tile * tile * channels);
  for (let y = 0; y < tile; y++) {
    const from = ((top + y) * width + left) * channels;
    out.set(data.subarray(from, from + tile * channels), y * tile * channels);
  }
  return { width: tile, height: tile, channels, data: out };
}

/**
 * Joins the maps of a picture's tiles [tile × tile] to one [height × width]: every pixel is taken from the tile in whose middle it lies most, so
 * that borders, where a network sees least, are seen past wherever another tile overlaps. Ties go to the first tile.
 */
export function stitch(
  places: readonly TilePlace[],
  maps: readonly Float32Array[],
  { width, height }: { width: number; height: number },
  tile: number,
): Float32Array {
  if (maps.length !== places.length) throw new RangeError(`${maps.length} maps of ${places.length} tiles`);
  const out = new Float32Array(width * height);
  const depth = new Uint16Array(width * height);
  // Depth below the nearest border of a tile, from 1; at the picture's own border there is nothing to see past.
  const inside = (at: number, from: number, length: number): number => {
    const before = from === 0 ? tile : at + 1;
    const behind = from + tile === length ? tile : tile - at;
    return Math.min(before, behind);
  };
  for (const [t, { left, top }] of places.entries()) {
    for (let y = 0; y < tile; y++) {
      const deepY = inside(y, top, height);
      for (let x = 0; x < tile; x++) {
        const to = (top + y) * width + left + x;
        const deep = Math.min(deepY, inside(x, left, width));
        if (deep <= depth[to]) continue;
        depth[to] = deep;
        out[to] = maps[t][y * tile + x];
      }
    }
  }
  return out;
}
