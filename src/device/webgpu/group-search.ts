import { byGroup, type GroupIndex, type GroupJob, indexGroups } from '../../detector/group-index.js';
import type { Neighbours } from '../../detector/neighbours.js';
import { isFar, type Rows, rowCount, rowsHere } from '../../engine/rows.js';
import { checkCancelled } from '../../errors.js';
import { gatherRows } from '../../kernels/gather-rows.js';
import type { Threads } from '../../kernels/threads.js';
import type { Watch } from '../../progress.js';
import { type Device, OutOfMemory } from '../device.js';
import { hasRoom, stay } from '../resident.js';
import { gatherTiles } from './gather.js';
import { bind, type Gpu, type Numbers } from './gpu.js';
import { nearestGroupsKernel } from './group-kernel.js';
import { type Norms, squaredNorms } from './norms.js';
import { IN_FLIGHT, type Lot, lotQueries, lotTiles, queryLots } from './query-lots.js';
import { type GpuRows, gpuRows } from './rows.js';
import { FAR, MOST_DIMENSIONS, MOST_NEIGHBOURS, SLACK, tileMinima } from './search-kernel.js';
import { layOutTiles, TILE } from './tiles.js';

/** The group of rows that only fill the last tile, and what a query passes over that passes over nothing. */
const NO_GROUP = 0xffffffff;

/** Rows in groups on the GPU, given back when nobody can reach them. */
export interface GpuGroupIndex extends GroupIndex {
  /** Sorted by group. */
  readonly rows: GpuRows;
  /** [rows] place of each row among those given. */
  readonly order: Int32Array;
  free(): void;
}

/** Indexes rows in groups on a GPU. Threads take what the kernels do not hold, and searches for which there is no room. */
export function gpuGroups(device: Device, gpu: Gpu, threads: Threads): (job: GroupJob) => Promise<GroupIndex> {
  return async (job) => {
    if (job.m > MOST_NEIGHBOURS || job.d > MOST_DIMENSIONS) return indexGroups(threads, job);
    let made: GpuGroupIndex | undefined;
    const make = async (): Promise<GpuGroupIndex> => {
      made = await gpuGroupIndex(gpu, job);
      return made;
    };
    const { rows, order, search } = await device.attempt(make).catch((error) => {
      made?.free();
      throw error;
    });
    let here: Promise<GroupIndex> | undefined;
    const onThreads: GroupIndex['search'] = async (...asked) => {
      const groups = order.map((row) => job.groups[row]);
      here ??= rows.here().then((bank) => indexGroups(threads, { bank, d: job.d, groups, m: job.m }));
      here.catch(() => {
        here = undefined;
      });
      const found = await (await here).search(...asked);
      return { rows: found.rows.map((row) => (row < 0 ? -1 : order[row])), squared: found.squared };
    };
    return {
      async search(...asked) {
        if (here) return onThreads(...asked);
        try {
          return await device.attempt(() => search(...asked));
        } catch (error) {
          if (!(error instanceof OutOfMemory)) throw error;
          return onThreads(...asked);
        }
      },
    };
  };
}

/** Rows on a GPU sorted by group, what is known of them, and how many groups are looked for. */
interface Index extends Norms {
  rows: GpuRows;
  /** [rows, whole tiles] number of each row's group. */
  groups: Numbers;
  kept: number;
}

/**
 * Exact nearest rows of distinct groups on a GPU ({@link indexGroups} says what it finds), as {@link gpuIndex} searches: products
 * decide which tiles of 128 rows can hold them, and the query's own group is masked in both kernels. One wait for all queries whose
 * neighbours a buffer holds.
 * @param largest bytes of a buffer at most; given in tests.
 * @throws RangeError for sizes that do not fit; OutOfMemory; from a search InputError when the GPU was lost, Cancelled.
 */
export async function gpuGroupIndex(gpu: Gpu, job: GroupJob, largest: number = gpu.largest): Promise<GpuGroupIndex> {
  const { bank, d, m, groups } = job;
  const { order, picks, spans } = byGroup(job);
  if (!hasRoom(gpu, 4 * picks.length * d)) throw new OutOfMemory(`no room for ${picks.length} rows of ${d} values`);
  const rows = await placeRows(gpu, bank, d, picks, largest);
  const numbers = new Map([...spans.keys()].map((group, number) => [group, number]));
  const numbered = new Uint32Array(rows.tiles.count * TILE).fill(NO_GROUP);
  for (const [i, row] of order.entries()) numbered[i] = numbers.get(groups[row])!;
  const norms = squaredNorms(gpu, rows.tiles);
  const placed = gpu.filled(numbered);
  const index: Index = { ...norms, rows, groups: placed, kept: Math.min(m, spans.size) };
  const free = stay(
    gpu,
    index,
    norms.squares.size + placed.size,
    freeing(gpu, [norms.squares, norms.greatest, placed]),
  );
  return {
    rows,
    order,
    free() {
      free();
      rows.free();
    },
    async search(queries, own, watch = {}) {
      const q = rowCount(queries, d);
      if (!Number.isInteger(q)) throw new RangeError(`${q} rows of queries for d = ${d}`);
      const passed = Uint32Array.from({ length: q }, (_, i) => (own && numbers.get(own[i])) ?? NO_GROUP);
      const found: Neighbours = {
        rows: new Int32Array(q * m).fill(-1),
        squared: new Float32Array(q * m).fill(Number.POSITIVE_INFINITY),
      };
      const { kept } = index;
      for await (const { first, bytes } of searchedLots(gpu, index, { queries, d, passed, largest }, watch)) {
        const [values, places] = [new Float32Array(bytes), new Int32Array(bytes)];
        for (let i = 0; 2 * i < values.length; i++) {
          if (values[2 * i] >= FAR) continue;
          const to = (first + Math.floor(i / kept)) * m + (i % kept);
          found.squared[to] = values[2 * i];
          found.rows[to] = order[places[2 * i + 1]];
        }
      }
      return found;
    },
  };
}

/** Frees rooms; a closure of {@link gpuGroupIndex}'s own would hold on to the index. */
function freeing(gpu: Gpu, rooms: readonly Numbers[]): () => void {
  return () => gpu.free(...rooms);
}

/** The wanted rows as rows of the GPU's: gathered there, or laid out. */
async function placeRows(gpu: Gpu, bank: Rows, d: number, wanted: Int32Array, largest: number): Promise<GpuRows> {
  if (isFar(bank) && (bank as GpuRows).gpu === gpu) {
    return gpuRows(gpu, gatherTiles(gpu, (bank as GpuRows).tiles, wanted, largest));
  }
  return gpuRows(gpu, layOutTiles(gpu, gatherRows(await rowsHere(bank), d, wanted), d, largest));
}

/** Searches all queries. @yields what was found of queries from `first` on: (distance, row) [queries × kept], unread as yet. */
async function* searchedLots(
  gpu: Gpu,
  index: Index,
  { queries, d, passed, largest }: { queries: Rows; d: number; passed: Uint32Array; largest: number },
  { signal, progress }: Watch,
): AsyncGenerator<{ first: number; bytes: ArrayBuffer }> {
  const q = passed.length;
  if (q === 0) return;
  const { kept } = index;
  const { tiles } = index.rows;
  const together = lotTiles(Math.max(4 * tiles.count, 16 * tiles.d4, 8 * kept), largest);
  const most = Math.max(together * TILE, Math.floor(largest / (8 * kept)));
  const rooms = {
    minima: gpu.room(together * TILE * tiles.count),
    found: gpu.room(2 * kept * Math.min(q, most)),
    own: gpu.filled(passed),
  };
  const flight: Promise<void>[] = [];
  let first = 0;
  const read = async (to: number): Promise<{ first: number; bytes: ArrayBuffer }> => {
    const [bytes] = await gpu.read([rooms.found, 2 * kept * (to - first)]);
    const own = { first, bytes };
    first = to;
    return own;
  };
  try {
    for await (const lot of queryLots(gpu, queries, d, together)) {
      checkCancelled(signal);
      const to = lot.query + lotQueries(lot);
      if (to - first > most) yield await read(lot.query);
      searchLot(gpu, index, lot, lot.query - first, rooms);
      lot.free();
      const done = gpu.done().then(() => progress?.(to, q));
      done.catch(() => {});
      flight.push(done);
      await flight.at(-IN_FLIGHT);
    }
    yield await read(q);
  } finally {
    gpu.free(rooms.minima, rooms.found, rooms.own);
  }
}

/** Hands in the search of a lot. @param place its first query among those whose neighbours are not read yet. */
function searchLot(
  gpu: Gpu,
  { rows, squares, greatest, groups, kept }: Index,
  lot: Lot,
  place: number,
  { minima, found, own }: { minima: Numbers; found: Numbers; own: Numbers },
): void {
  const { part: asked, first: queryTile, count, query } = lot;
  const { tiles } = rows;
  const products = gpu.pipeline(tileMinima(true), 'tileMinima');
  const nearest = gpu.pipeline(nearestGroupsKernel(tiles.d4, kept), 'nearestGroups');
  const q = lotQueries(lot);
  const shapes = tiles.parts.map(({ first, count: part }) => {
    const wide = Uint32Array.of(tiles.count, first, part, tiles.n, queryTile, query, place, 0);
    new Float32Array(wide.buffer).set([SLACK], 7);
    return [gpu.filled(Uint32Array.of(tiles.count, first, tiles.d4, q, queryTile, query)), gpu.filled(wide)];
  });
  gpu.run((pass) => {
    pass.setPipeline(products);
    for (const [p, part] of tiles.parts.entries()) {
      const shape = shapes[p][0];
      pass.setBindGroup(0, bind(gpu, products, asked.rows, part.rows, squares, minima, shape, groups, own));
      pass.dispatchWorkgroups(part.count, count);
    }
    pass.setPipeline(nearest);
    for (const [p, part] of tiles.parts.entries()) {
      const shape = shapes[p][1];
      pass.setBindGroup(0, bind(gpu, nearest, asked.rows, part.rows, greatest, minima, shape, found, groups, own));
      pass.dispatchWorkgroups(q);
    }
  });
  gpu.free(...shapes.flat());
}
