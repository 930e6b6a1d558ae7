import { blockAt } from '../kernels/block.js';
import { SEARCH_BLOCK } from '../kernels/blocks.js';
import { NONE } from '../kernels/none.js';
import type { TaskContext } from '../kernels/task.js';
import { NO_ROW } from './no-row.js';
import { queryRoom, seedRoom } from './query-room.js';
import { type QueryBlock, visitQueries } from './visit-queries.js';

/** Nearest k rows of queries [from, to). */
export interface NeighboursJob extends QueryBlock {
  k: number;
  /** [queries] squared distance beyond which no row is wanted; null where any is. */
  within: Float32Array | null;
  /** [queries × k] */
  rows: Int32Array;
  /** [queries × k] */
  squared: Float32Array;
}

/** Bytes a thread needs behind a query's data, for k neighbours. */
export const neighbourRoom = (k: number): number => seedRoom(k) + 8 * k;

/** Needs a {@link queryRoom} and {@link neighbourRoom} behind it. */
export function run({ kernels, scratch }: TaskContext, job: NeighboursJob): void {
  const { bank, k, within, rows, squared } = job;
  const { buffer } = kernels.memory;
  const room = queryRoom(scratch, bank);
  const block = blockAt(kernels.memory, room.block, SEARCH_BLOCK);
  const seedCount = within ? 1 : k;
  const best = room.rest + seedRoom(k);
  block.set({ seeds: room.rest, seedCount, k, best });
  visitQueries(kernels, room, block, job, (q) => {
    if (within) block.set({ within: within[q] });
    kernels.nearest(block.at);
    const distances = new Float32Array(buffer, best, 2 * k);
    const found = new Int32Array(buffer, best, 2 * k);
    for (let j = 0; j < k; j++) {
      squared[q * k + j] = distances[2 * j];
      const row = found[2 * j + 1];
      rows[q * k + j] = row === NONE ? NO_ROW : row;
    }
  });
}
