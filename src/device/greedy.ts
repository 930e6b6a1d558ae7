import { checkFinite, countRows } from '../arguments.js';
import { checkCount, checkSelection, type SelectionJob } from '../coreset/greedy.js';
import { checkCancelled } from '../errors.js';
import type { Watch } from '../progress.js';
import { type DeviceBlocks, deviceBlocks, type Farthest } from './blocks.js';
import type { Device } from './device.js';

/** A block as the host knows it. */
interface Known {
  /** Centres that the device has applied to it. */
  applied: number;
  /** Centres that the followed rows have seen. */
  seen: number;
  farthest: Farthest;
  /** Largest followed distance, and its place. */
  best: number;
  at: number;
}

/** Blocks refreshed in one go: their results come back together. */
const AHEAD = 4;

/**
 * Greedy k-centre selection on a device ({@link greedyCoreset} says what it selects), block-lazy: minimum distances only fall, so
 * a block's old maximum bounds it, and only blocks whose bound is the greatest are brought up to date, all missed centres
 * in one product. Each refresh also brings the block's farthest rows home, where later centres are applied to them in
 * float32 without asking the device, until another row might be farther. Exact up to the rounding of the device's distances:
 * rows whose radii agree to that may come in another order.
 * @throws InputError if count is not in 1…n; OutOfMemory; Cancelled.
 */
export async function deviceGreedyCoreset(
  device: Device,
  { z, d, options: { count, anchors, kept, firstPickFromKept = false } }: SelectionJob & { z: Float32Array },
  watch: Watch = {},
): Promise<Int32Array> {
  const n = countRows('z', z, d, 1);
  checkCount(count, n);
  checkSelection(n, { anchors, kept, firstPickFromKept });
  checkFinite('z', z, d);
  // What fills up when nothing is left at a distance: row 0, as the authors' argmax gives, or the first kept row.
  const fill = firstPickFromKept && kept ? kept.indexOf(1) : 0;
  const blocks = await deviceBlocks(device, z, d);
  try {
    await blocks.start(anchors, firstPickFromKept ? kept : undefined);
    const picks = new Int32Array(count);
    const first = await refreshAll(blocks);
    const top = first.reduce((best, block) => (block.best > best.best ? block : best));
    picks[0] = top.best > 0 ? top.farthest.rows[top.at] : fill;
    if (kept && !firstPickFromKept) await blocks.start(anchors, kept);
    const known = kept && !firstPickFromKept ? await refreshAll(blocks) : first;
    for (let picked = 1; picked < count; picked++) {
      picks[picked] = (await farthestRow(blocks, known, z, d, picks.subarray(0, picked))) ?? fill;
      if (picked % 256 === 0) {
        checkCancelled(watch.signal);
        watch.progress?.(picked, count);
      }
    }
    watch.progress?.(count, count);
    return picks;
  } finally {
    blocks.dispose();
  }
}

async function refreshAll(blocks: DeviceBlocks): Promise<Known[]> {
  const all: Known[] = [];
  for (let b = 0; b < blocks.count; b++) all.push(known(await blocks.refresh(b, new Int32Array(0)), 0));
  return all;
}

function known(farthest: Farthest, applied: number): Known {
  return { ...lead(farthest), applied, seen: applied, farthest };
}

/** The farthest followed row; the lowest of equals. */
function lead({ rows, squared }: Farthest): { best: number; at: number } {
  let at = 0;
  for (let i = 1; i < rows.length; i++) {
    if (squared[i] > squared[at] || (squared[i] === squared[at] && rows[i] < rows[at])) at = i;
  }
  return { best: squared[at], at };
}

/** The row farthest from all centres; undefined where nothing is left at a distance. */
async function farthestRow(
  blocks: DeviceBlocks,
  all: Known[],
  z: Float32Array,
  d: number,
  centres: Int32Array,
): Promise<number | undefined> {
  for (;;) {
    let top = 0;
    for (let b = 1; b < all.length; b++) if (bound(all[b]) > bound(all[top])) top = b;
    const block = all[top];
    if (bound(block) <= 0) return undefined;
    if (block.seen < centres.length) {
      follow(block, z, d, centres);
    } else if (block.best >= block.farthest.rest) {
      return block.farthest.rows[block.at];
    } else {
      const stale = all.flatMap((other, b) =>
        other.farthest.rest > block.best && other.applied < centres.length ? [b] : [],
      );
      stale.sort((a, b) => bound(all[b]) - bound(all[a]));
      const fresh = stale.slice(0, AHEAD);
      const found = await Promise.all(fresh.map((b) => blocks.refresh(b, centres.slice(all[b].applied))));
      for (const [i, b] of fresh.entries()) all[b] = known(found[i], centres.length);
    }
  }
}

const bound = ({ best, farthest }: Known): number => Math.max(best, farthest.rest);

/** Applies centres to the followed rows of a block by direct differences. */
function follow(block: Known, z: Float32Array, d: number, centres: Int32Array): void {
  const { rows, squared } = block.farthest;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] * d;
    let least = squared[i];
    for (let c = block.seen; c < centres.length && least > 0; c++) {
      const centre = centres[c] * d;
      let sum = 0;
      // Stops early where the centre is clearly no nearer.
      for (let a = 0; a < d && sum < least; a++) sum += (z[row + a] - z[centre + a]) ** 2;
      if (sum < least) least = sum;
    }
    squared[i] = least;
  }
  block.seen = centres.length;
  Object.assign(block, lead(block.farthest));
}
