import { type FarRows, isFar, type Rows } from '../../engine/rows.js';
import { gatherRows } from '../../kernels/gather-rows.js';
import { insist, OutOfMemory } from '../device.js';
import { stay } from '../resident.js';
import { gatherTiles } from './gather.js';
import type { Gpu } from './gpu.js';
import { layOutTiles, type Tiles } from './tiles.js';
import { readTiles } from './tiles-home.js';

/** Rows that lie on a GPU. */
export interface GpuRows extends FarRows {
  readonly gpu: Gpu;
  readonly tiles: Tiles;
}

/** Tiles as rows that later stages find where they lie. */
export function gpuRows(gpu: Gpu, tiles: Tiles): GpuRows {
  let home: Promise<Float32Array> | undefined;
  let free = (): void => {};
  const rows: GpuRows = {
    gpu,
    tiles,
    count: tiles.n,
    d: tiles.d,
    here() {
      // They are held on to until then, since nobody else need do so.
      home ??= readTiles(gpu, tiles).finally(() => rows);
      home.catch(() => {
        home = undefined;
      });
      return home;
    },
    async gather(wanted) {
      let made: Tiles | undefined;
      try {
        made = await insist(gpu.scopes, async () => {
          made = gatherTiles(gpu, tiles, wanted);
          return made;
        });
        return gpuRows(gpu, made);
      } catch (error) {
        made?.free();
        if (!(error instanceof OutOfMemory)) throw error;
        return gatherRows(await rows.here(), tiles.d, wanted);
      }
    },
    free: () => free(),
  };
  // Not a closure of this function's: that would hold on to the rows.
  free = stay(gpu, rows, 4 * tiles.n * tiles.d, tiles.free);
  return rows;
}

/** Rows as tiles of a GPU: those that lie there already as they are, others are laid out, for the caller to free. */
export async function tilesOf(
  gpu: Gpu,
  rows: Rows,
  d: number,
  largest: number = gpu.largest,
): Promise<{ tiles: Tiles; free(): void }> {
  if (isFar(rows) && (rows as GpuRows).gpu === gpu) return { tiles: (rows as GpuRows).tiles, free: () => {} };
  const tiles = layOutTiles(gpu, isFar(rows) ? await rows.here() : rows, d, largest);
  return { tiles, free: () => tiles.free() };
}
