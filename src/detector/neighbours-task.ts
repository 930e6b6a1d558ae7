import { blockAt } from '../kernels/block.js';
import { SEARCH_BLOCK } from '../kernels/blocks.js';
import type { TaskContext } from '../kernels/task.js';
import { queryRoom } from './query-room.js';
import { type QueryBlock, visitQueries } from './visit-queries.js';

/** Nearest k rows of queries [from, to). */
export interface NeighboursJob extends QueryBlock {
  k: number;
  /** [queries × k] */
  rows: Int32Array;
  /** [queries × k] */
  squared: Float32Array;
}

/** Needs a {@link queryRoom} and 16 bytes a neighbour behind it. */
export function run({ kernels, scratch }: TaskContext, job: NeighboursJob): void {
  const { bank, k, rows, squared } = job;
  const { buffer } = kernels.memory;
  const room = queryRoom(scratch, bank);
  const block = blockAt(kernels.memory, room.block, SEARCH_BLOCK);
  const best = room.rest + 8 * k;
  block.set({ seeds: room.rest, seedCount: k, k, best });
  visitQueries(kernels, room, block, job, (q) => {
    kernels.nearest(block.at);
    const distances = new Float32Array(buffer, best, 2 * k);
    const found = new Int32Array(buffer, best, 2 * k);
    for (let j = 0; j < k; j++) {
      squared[q * k + j] = distances[2 * j];
      rows[q * k + j] = found[2 * j + 1];
    }
  });
}
