import { type Anchors, allAnchors } from '../../coreset/anchors.js';
import { checkCount, type GreedyOptions } from '../../coreset/greedy.js';
import { isFar, type Rows, rowCount, rowsHere } from '../../engine/rows.js';
import { checkCancelled } from '../../errors.js';
import { gatherRows } from '../../kernels/gather-rows.js';
import type { Watch } from '../../progress.js';
import type { Gpu } from './gpu.js';
import { greedyRun, type Start } from './greedy-run.js';
import { tilesOf } from './rows.js';
import type { Tiles } from './tiles.js';

/** Rounds of a command buffer: the least give 256 picks in one wait, the most let the user stop. */
const [LEAST_ROUNDS, MOST_ROUNDS] = [512, 8192];
/** Seconds that a command buffer should take. */
const PACE = 0.25;

/**
 * Greedy k-centre selection on a GPU ({@link greedyCoreset} says what it selects): distances, bounds, centres and picks lie there, the
 * host learns of picks a few times a second. Distances are direct differences in float32 summed in the threads' order, which a GPU may
 * round once where threads round twice: the picks are the threads' unless two rows' radii agree to 10⁻⁶ of them.
 * @param z rows [n × d]. @param largest bytes of a buffer at most; given in tests.
 * @throws InputError if count is not in 1…n or the GPU was lost; OutOfMemory; Cancelled.
 */
export async function gpuGreedyCoreset(
  gpu: Gpu,
  z: Rows,
  d: number,
  { count, anchors, kept, firstPickFromKept = false }: GreedyOptions,
  { signal, progress }: Watch = {},
  largest: number = gpu.largest,
): Promise<Int32Array> {
  checkCount(count, rowCount(z, d));
  checkCancelled(signal);
  const { tiles: rows, free } = await tilesOf(gpu, z, d, largest);
  const run = greedyRun(gpu, rows, count, kept);
  try {
    const from = await startOf(anchors, z, rows);
    run.start(from, firstPickFromKept);
    let picked = await run.rounds(1, 1);
    if (kept && !firstPickFromKept) run.start(from, true);
    // Most rounds pick a row; a few more bring tiles up to date.
    let rounds = Math.min(LEAST_ROUNDS, 16 + Math.ceil(1.5 * count));
    let begin = performance.now();
    // Two command buffers are in flight; the second does nothing where the first picks the last row.
    let next = picked < count ? run.rounds(rounds, count) : undefined;
    while (next) {
      const current = next;
      next = run.rounds(rounds, count);
      next.catch(() => {});
      picked = await current;
      checkCancelled(signal);
      progress?.(picked, count);
      const now = performance.now();
      rounds = Math.round(Math.min(MOST_ROUNDS, Math.max(LEAST_ROUNDS, (rounds * PACE * 1000) / (now - begin))));
      begin = now;
      if (picked >= count) break;
    }
    await next;
    return await run.picks();
  } finally {
    run.free();
    free();
  }
}

/** Starts as the kernels read them: rows of whole vectors of four, or every row's squared distance. */
async function startOf(anchors: Anchors, z: Rows, { n, d, d4 }: Tiles): Promise<Start> {
  if (anchors.kind === 'all') return { given: allAnchors(await rowsHere(z), n, d).map((norm) => norm * norm) };
  const { rows } = anchors;
  const own = isFar(z) ? await rowsHere(await z.gather(rows)) : gatherRows(z, d, rows);
  const starts = new Float32Array(rows.length * d4 * 4);
  for (let i = 0; i < rows.length; i++) starts.set(own.subarray(i * d, (i + 1) * d), i * d4 * 4);
  return { starts, count: rows.length };
}
