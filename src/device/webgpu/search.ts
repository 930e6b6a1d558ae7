import { countRows } from '../../arguments.js';
import { type IndexJob, indexNeighbours, type NeighbourIndex } from '../../detector/neighbours.js';
import { isFar, type Rows, rowsHere } from '../../engine/rows.js';
import { checkCancelled } from '../../errors.js';
import type { Threads } from '../../kernels/threads.js';
import { type Device, OutOfMemory } from '../device.js';
import { bind, type Gpu, type Numbers } from './gpu.js';
import { type Norms, squaredNorms } from './norms.js';
import { IN_FLIGHT, type Lot, lotQueries, lotTiles, queryLots } from './query-lots.js';
import { tilesOf } from './rows.js';
import { FAR, MOST_DIMENSIONS, MOST_NEIGHBOURS, nearestKernel, SLACK, tileMinima } from './search-kernel.js';
import { TILE, type Tiles } from './tiles.js';

/** A bank on the GPU. */
export interface GpuIndex extends NeighbourIndex {
  free(): void;
}

/**
 * Indexes banks on a GPU, one at a time: the last one's rows make room for the next, and are laid out again when it is searched once
 * more. Threads search where there is no room. @param other takes jobs with more neighbours or dimensions than the kernels'.
 */
export function gpuNeighbours(
  device: Device,
  gpu: Gpu,
  other: (job: IndexJob) => Promise<NeighbourIndex>,
  threads: Threads,
): (job: IndexJob) => Promise<NeighbourIndex> {
  let placed: { owner: { bank: Rows }; index: GpuIndex } | undefined;
  const place = async (owner: { bank: Rows }, { d, k }: IndexJob): Promise<GpuIndex> => {
    if (placed?.owner === owner) return placed.index;
    const before = placed;
    lift();
    if (before && isFar(before.owner.bank)) {
      // The host keeps what makes room.
      const far = before.owner.bank;
      before.owner.bank = await far.here();
      far.free();
    }
    const index = await gpuIndex(gpu, { bank: owner.bank, d, k });
    placed = { owner, index };
    return index;
  };
  const lift = (): void => {
    placed?.index.free();
    placed = undefined;
  };
  /** After a failure nothing stays placed: it may be what failed. It is lifted before the device begins anything else. */
  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await device.attempt(work);
    } catch (error) {
      lift();
      throw error;
    }
  };
  return async (job) => {
    if (job.k > MOST_NEIGHBOURS || job.d > MOST_DIMENSIONS) return other(job);
    const owner = { bank: job.bank };
    await attempt(() => place(owner, job));
    let here: Promise<NeighbourIndex> | undefined;
    const onThreads: NeighbourIndex['search'] = async (...asked) => {
      here ??= rowsHere(owner.bank).then((bank) => indexNeighbours(threads, bank, job.d, job.k));
      here.catch(() => {
        here = undefined;
      });
      return (await here).search(...asked);
    };
    return {
      async search(...asked) {
        try {
          return await attempt(async () => (await place(owner, job)).search(...asked));
        } catch (error) {
          if (!(error instanceof OutOfMemory)) throw error;
          return onThreads(...asked);
        }
      },
    };
  };
}

/**
 * Exact k nearest neighbours on a GPU ({@link indexNeighbours} says what it finds): products decide which tiles of 128 rows can hold
 * them, direct differences in float32 rank the rows of these. One wait for all queries that are there already or fit; of queries
 * that come from the host, four lots of some 15,000 are in flight.
 * @param largest bytes of a buffer at most; given in tests.
 * @throws InputError when the GPU was lost; OutOfMemory; Cancelled.
 */
export async function gpuIndex(gpu: Gpu, { bank, d, k }: IndexJob, largest: number = gpu.largest): Promise<GpuIndex> {
  const m = isFar(bank) ? bank.count : countRows('bank', bank, d, 1);
  const kept = Math.min(k, m);
  const { tiles: rows, free } = await tilesOf(gpu, bank, d, largest);
  const norms = squaredNorms(gpu, rows);
  const together = lotTiles(4 * Math.max(rows.count, 4 * rows.d4), largest);
  const index: Index = { rows, ...norms, kept };
  return {
    async search(given, { signal, progress } = {}) {
      const q = isFar(given) ? given.count : countRows('queries', given, d);
      const found = gpu.filled(new Float32Array(2 * q * kept).fill(FAR));
      const minima = gpu.room(together * TILE * rows.count);
      const flight: Promise<void>[] = [];
      try {
        for await (const lot of queryLots(gpu, given, d, together)) {
          checkCancelled(signal);
          searchLot(gpu, index, lot, { minima, found });
          lot.free();
          const done = gpu.done().then(() => progress?.(Math.min(q, lot.query + lot.count * TILE), q));
          done.catch(() => {});
          flight.push(done);
          await flight.at(-IN_FLIGHT);
        }
        const [bytes] = await gpu.read([found, 2 * q * kept]);
        const [values, places] = [new Float32Array(bytes), new Int32Array(bytes)];
        return {
          rows: Int32Array.from({ length: q * kept }, (_, i) => places[2 * i + 1]),
          squared: Float32Array.from({ length: q * kept }, (_, i) => values[2 * i]),
        };
      } finally {
        gpu.free(minima, found);
      }
    },
    free() {
      free();
      gpu.free(norms.squares, norms.greatest);
    },
  };
}

/** A bank's tiles and the norms of its rows. */
interface Index extends Norms {
  rows: Tiles;
  kept: number;
}

/** Hands in the search of a lot. */
function searchLot(
  gpu: Gpu,
  { rows, squares, greatest, kept }: Index,
  lot: Lot,
  { minima, found }: { minima: Numbers; found: Numbers },
): void {
  const {
    tiles: { d4 },
    part: own,
    first: queryTile,
    count,
    query,
  } = lot;
  const products = gpu.pipeline(tileMinima(false), 'tileMinima');
  const nearest = gpu.pipeline(nearestKernel(d4, kept), 'nearest');
  const q = lotQueries(lot);
  const shapes = rows.parts.map(({ first, count: tiles }) => {
    const wide = Uint32Array.of(rows.count, first, tiles, rows.n, queryTile, query, 0);
    new Float32Array(wide.buffer).set([SLACK], 6);
    return [gpu.filled(Uint32Array.of(rows.count, first, d4, q, queryTile)), gpu.filled(wide)];
  });
  gpu.run((pass) => {
    pass.setPipeline(products);
    for (const [p, part] of rows.parts.entries()) {
      pass.setBindGroup(0, bind(gpu, products, own.rows, part.rows, squares, minima, shapes[p][0]));
      pass.dispatchWorkgroups(part.count, count);
    }
    pass.setPipeline(nearest);
    for (const [p, part] of rows.parts.entries()) {
      pass.setBindGroup(0, bind(gpu, nearest, own.rows, part.rows, greatest, minima, shapes[p][1], found));
      pass.dispatchWorkgroups(q);
    }
  });
  gpu.free(...shapes.flat());
}
