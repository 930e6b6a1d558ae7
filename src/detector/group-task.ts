import { blockAt } from '../kernels/block.js';
import { SEARCH_BLOCK } from '../kernels/blocks.js';
import type { TaskContext } from '../kernels/task.js';
import { queryRoom, seedRoom } from './query-room.js';
import { type QueryBlock, visitQueries } from './visit-queries.js';

/** Nearest rows of m groups for queries [from, to), in a bank whose rows lie group by group. */
export interface GroupTaskJob extends QueryBlock {
  /** Offset of each row's group [rows]. */
  groups: number;
  m: number;
  /** [2 × (to − from)] first and end of the rows passed over by each query. */
  passed: Int32Array;
  /** [queries × m] */
  rows: Int32Array;
  /** [queries × m] */
  squared: Float32Array;
}

/** Rows whose distances open a query: enough that m groups are usually among them. */
const seeds = (m: number): number => 3 * m + 9;

/** Bytes a thread needs beside a query's own: the seeds, and (distance, row) of the best. */
export const groupRoom = (m: number): number => seedRoom(seeds(m)) + 8 * m;

/** Needs a {@link queryRoom} and {@link groupRoom} behind it. */
export function run({ kernels, scratch }: TaskContext, job: GroupTaskJob): void {
  const { bank, groups, m, passed, rows, squared, from } = job;
  const { buffer } = kernels.memory;
  const room = queryRoom(scratch, bank);
  const block = blockAt(kernels.memory, room.block, SEARCH_BLOCK);
  const best = room.rest + seedRoom(seeds(m));
  block.set({ seeds: room.rest, seedCount: seeds(m), k: m, best, groups });
  visitQueries(kernels, room, block, job, (q) => {
    const own = 2 * (q - from);
    block.set({ passedFrom: passed[own], passedTo: passed[own + 1] });
    kernels.nearest(block.at);
    const distances = new Float32Array(buffer, best, 2 * m);
    const found = new Int32Array(buffer, best, 2 * m);
    for (let j = 0; j < m; j++) {
      squared[q * m + j] = distances[2 * j];
      rows[q * m + j] = distances[2 * j] === Number.POSITIVE_INFINITY ? -1 : found[2 * j + 1];
    }
  });
}
