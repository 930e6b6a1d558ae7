import { isFar, type Rows } from '../../engine/rows.js';
import type { Gpu } from './gpu.js';
import type { GpuRows } from './rows.js';
import { layOutTiles, type Part, TILE, type Tiles } from './tiles.js';

/** Queries of a lot: 20 images of 28 × 28 patches. */
const TOGETHER = 15_616;
/** Lots that are handed in before the first of them has to be done. */
export const IN_FLIGHT = 4;

/** Tiles of queries that are searched together. */
export interface Lot {
  tiles: Tiles;
  part: Part;
  /** First tile of the lot in its part, and their number. */
  first: number;
  count: number;
  /** The first query's place among all. */
  query: number;
  free(): void;
}

/** Tiles of a lot whose working room a buffer holds. @param bytes of it a query. @param largest bytes of a buffer at most. */
export function lotTiles(bytes: number, largest: number): number {
  return Math.max(1, Math.min(TOGETHER / TILE, Math.floor(largest / bytes / TILE)));
}

/** Queries of a lot: its last tile need not be full. */
export function lotQueries({ tiles: { n }, part, first, count }: Lot): number {
  return Math.min(count * TILE, n - (part.first + first) * TILE);
}

/** Queries in lots of at most `together` tiles: those that lie on the GPU where they lie, those of the host laid out lot by lot. */
export function queryLots(gpu: Gpu, given: Rows, d: number, together: number): AsyncGenerator<Lot> {
  return isFar(given) && (given as GpuRows).gpu === gpu
    ? farLots(given as GpuRows, together)
    : hostLots(gpu, given, d, together);
}

async function* farLots({ tiles }: GpuRows, together: number): AsyncGenerator<Lot> {
  for (const part of tiles.parts) {
    for (let first = 0; first < part.count; first += together) {
      const count = Math.min(together, part.count - first);
      yield { tiles, part, first, count, query: (part.first + first) * TILE, free: () => {} };
    }
  }
}

async function* hostLots(gpu: Gpu, given: Rows, d: number, together: number): AsyncGenerator<Lot> {
  const queries = isFar(given) ? await given.here() : given;
  for (let at = 0; at < queries.length; at += together * TILE * d) {
    const tiles = layOutTiles(gpu, queries.subarray(at, at + together * TILE * d), d);
    const [part] = tiles.parts;
    yield { tiles, part, first: 0, count: tiles.count, query: at / d, free: () => tiles.free() };
  }
}
