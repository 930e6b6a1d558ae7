import type { IndexJob, NeighbourIndex, Neighbours } from '../../detector/neighbours.js';
import { checkCancelled } from '../../errors.js';
import type { Device } from '../device.js';
import { bind, type Gpu } from './gpu.js';
import { MOST_NEIGHBOURS, nearestKernel, TILE_MINIMA } from './search-kernel.js';
import { layOutTiles, TILE, type Tiles } from './tiles.js';

/** Queries of a dispatch: 20 images of 28 × 28 patches. */
const TOGETHER = 15_680;
/** Most that products of 1,024 dimensions are off by, relative to the sum of the squared norms; ten times what was seen. */
const SLACK = 1e-5;
/** Beyond every squared distance: rows that are none. */
const FAR = 3e38;

/** A bank on the GPU. */
export interface GpuIndex extends NeighbourIndex {
  free(): void;
}

/** Dimensions that a workgroup's memory holds of a query. */
const MOST_DIMENSIONS = 2048;

/**
 * Indexes banks on a GPU, one at a time: the last one's rows make room for the next. @param other takes jobs with more neighbours or
 * dimensions than the kernels'.
 */
export function gpuNeighbours(
  device: Device,
  gpu: Gpu,
  other: (job: IndexJob) => Promise<NeighbourIndex>,
): (job: IndexJob) => Promise<NeighbourIndex> {
  let last: GpuIndex | undefined;
  return async (job) => {
    last?.free();
    last = undefined;
    if (job.k > MOST_NEIGHBOURS || job.d > MOST_DIMENSIONS) return other(job);
    const index = await device.attempt(async () => gpuIndex(gpu, job));
    last = index;
    return { search: (queries, watch) => device.attempt(() => index.search(queries, watch)) };
  };
}

/**
 * Exact k nearest neighbours on a GPU ({@link indexNeighbours} says what it finds): products decide which tiles of 128 rows can hold
 * them, direct differences in float32 rank the rows of these. One wait for some 15,000 queries, and two such lots in flight.
 * @param largest bytes of a buffer at most; given in tests.
 * @throws InputError when the GPU was lost; OutOfMemory; Cancelled.
 */
export function gpuIndex(gpu: Gpu, { bank, d, k }: IndexJob, largest: number = gpu.largest): GpuIndex {
  const m = bank.length / d;
  if (!Number.isInteger(m) || m < 1) throw new RangeError(`a bank of ${bank.length} values for d = ${d}`);
  const kept = Math.min(k, m);
  const rows = layOutTiles(gpu, bank, d, largest);
  const norms = squaredNorms(bank, d, rows.count * TILE);
  const squares = gpu.filled(norms);
  const greatest = norms.reduce((most, value) => (value < FAR ? Math.max(most, value) : most), 0);
  const bytes = 4 * Math.max(rows.count, 4 * rows.d4, 2 * kept);
  const together = Math.max(1, Math.min(TOGETHER, Math.floor(largest / bytes / TILE) * TILE || TILE));
  const lot = (queries: Float32Array): Promise<Neighbours> =>
    search(gpu, { rows, squares, greatest, kept }, layOutTiles(gpu, queries, d, gpu.largest));
  return {
    async search(queries, { signal, progress } = {}) {
      const q = queries.length / d;
      if (!Number.isInteger(q)) throw new RangeError(`${queries.length} query values for d = ${d}`);
      const all = { rows: new Int32Array(q * kept), squared: new Float32Array(q * kept) };
      let waiting: { from: number; found: Promise<Neighbours> } | undefined;
      const settle = async ({ from, found }: { from: number; found: Promise<Neighbours> }): Promise<void> => {
        const { rows: near, squared } = await found;
        all.rows.set(near, from * kept);
        all.squared.set(squared, from * kept);
        progress?.(from + near.length / kept, q);
      };
      for (let from = 0; from < q; from += together) {
        checkCancelled(signal);
        const found = lot(queries.subarray(from * d, Math.min(q, from + together) * d));
        found.catch(() => {});
        if (waiting) await settle(waiting);
        waiting = { from, found };
      }
      if (waiting) await settle(waiting);
      return all;
    },
    free() {
      rows.free();
      gpu.free(squares);
    },
  };
}

/** Searches a lot of queries. */
async function search(
  gpu: Gpu,
  {
    rows,
    squares,
    greatest,
    kept,
  }: { rows: Tiles; squares: ReturnType<Gpu['filled']>; greatest: number; kept: number },
  queries: Tiles,
): Promise<Neighbours> {
  const { n: q, d4 } = queries;
  const minima = gpu.room(q * rows.count);
  const none = new Float32Array(2 * q * kept).fill(FAR);
  const found = gpu.filled(none);
  const products = gpu.pipeline(TILE_MINIMA, 'tileMinima');
  const nearest = gpu.pipeline(nearestKernel(d4, kept), 'nearest');
  const own = queries.parts[0].rows;
  const shapes = rows.parts.map(({ first, count }) => {
    const wide = new Uint32Array(5);
    wide.set([rows.count, first, count]);
    new Float32Array(wide.buffer).set([SLACK, greatest], 3);
    return [gpu.filled(Uint32Array.of(rows.count, first, d4, q)), gpu.filled(wide)];
  });
  try {
    gpu.run((pass) => {
      pass.setPipeline(products);
      for (const [p, part] of rows.parts.entries()) {
        pass.setBindGroup(0, bind(gpu, products, own, part.rows, squares, minima, shapes[p][0]));
        pass.dispatchWorkgroups(part.count, queries.count);
      }
      pass.setPipeline(nearest);
      for (const [p, part] of rows.parts.entries()) {
        pass.setBindGroup(0, bind(gpu, nearest, own, part.rows, squares, minima, shapes[p][1], found));
        pass.dispatchWorkgroups(q);
      }
    });
    const [bytes] = await gpu.read([found, 2 * q * kept]);
    const [values, places] = [new Float32Array(bytes), new Int32Array(bytes)];
    return {
      rows: Int32Array.from({ length: q * kept }, (_, i) => places[2 * i + 1]),
      squared: Float32Array.from({ length: q * kept }, (_, i) => values[2 * i]),
    };
  } finally {
    gpu.free(minima, found, ...shapes.flat());
    queries.free();
  }
}

/** |b|² of rows, in double precision; FAR for those that only fill the last tile. */
function squaredNorms(rows: Float32Array, d: number, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, row) => {
    if (row * d >= rows.length) return FAR;
    let sum = 0;
    for (let a = row * d; a < (row + 1) * d; a++) sum += rows[a] * rows[a];
    return sum;
  });
}
