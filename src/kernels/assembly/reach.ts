import { SearchBlock } from './blocks';
import { squaredDistance } from './distance';
import { boundBlock, wholeDistance } from './whole';

// What of a bank a query may reach: blocks by their middles, rows of such blocks by their bounds.

export const PAIR: usize = 8;
export const NONE: i32 = 0x7fffffff;
/** Bounds of padding are from here on, so limits stay below. */
export const FAR: i32 = 0x3fffffff;
/** No row lies farther from a query in whole units (coreset/whole-rows.ts); with a block's radius it stays below the root of NONE. */
const FARTHEST: f64 = 26100;
/** Rows of a block, and bytes of its places as (bound, place) pairs. */
const ROWS: i32 = 8;
const BLOCK_PAIRS: usize = 64;

/** Whether one of 16 bounds is within the limit. */
function anyWithin(at: usize, limit: v128): bool {
  const low = i32x4.min_s(v128.load(at), v128.load(at, 16));
  const high = i32x4.min_s(v128.load(at, 32), v128.load(at, 48));
  return v128.any_true(i32x4.le_s(i32x4.min_s(low, high), limit));
}

/** Which of 16 bounds are within the limit, as bits. */
function within(at: usize, limit: v128): i32 {
  const low =
    i32x4.bitmask(i32x4.le_s(v128.load(at), limit)) | (i32x4.bitmask(i32x4.le_s(v128.load(at, 16), limit)) << 4);
  const high =
    i32x4.bitmask(i32x4.le_s(v128.load(at, 32), limit)) | (i32x4.bitmask(i32x4.le_s(v128.load(at, 48), limit)) << 4);
  return low | (high << 8);
}

/** The `count` blocks of the smallest bounds into `out`, as (bound, block) pairs. */
function nearestBlocks(bounds: usize, blocks: i32, out: usize, count: i32): void {
  for (let i = 0; i < count; i++) {
    i32.store(out + <usize>i * PAIR, FAR);
    i32.store(out + <usize>i * PAIR, NONE, 4);
  }
  const last = out + <usize>(count - 1) * PAIR;
  let limit = i32x4.splat(FAR - 1);
  for (let i = 0; i < blocks; i += 16) {
    const at = bounds + ((<usize>i) << 2);
    if (!anyWithin(at, limit)) continue;
    for (let hit = within(at, limit); hit != 0; hit &= hit - 1) {
      const lane = ctz(hit);
      const bound = i32.load(at + ((<usize>lane) << 2));
      if (bound < i32.load(last)) sink(out, last, bound, i + lane);
    }
    limit = i32x4.splat(i32.load(last) - 1);
  }
}

/** Puts a pair where it belongs among those from `first` to before `free`, by bound; the place at `free` is given up. */
function sink(first: usize, free: usize, bound: i32, row: i32): void {
  let at = free;
  while (at > first && i32.load(at - PAIR) > bound) {
    i32.store(at, i32.load(at - PAIR));
    i32.store(at, i32.load(at - PAIR, 4), 4);
    at -= PAIR;
  }
  i32.store(at, bound);
  i32.store(at, row, 4);
}

/** The largest bound, in whole numbers, that a row of this squared distance or less may have. */
export function limitOf(distance: f32, slack: f32, scale: f32): i32 {
  const root = (sqrt(<f64>distance) * 1.00001 + <f64>slack) * <f64>scale;
  return <i32>min(root * root + 1, <f64>(FAR - 1));
}

/** The row at a place. */
export function rowAt(p: SearchBlock, place: i32): i32 {
  return i32.load(p.rank + ((<usize>place) << 2));
}

/** The full squared distance of the row at a place. */
export function distanceOf(p: SearchBlock, place: i32): f32 {
  return squaredDistance(p.query, p.bank + <usize>place * ((<usize>p.d) << 2), p.d);
}

/** The finer lower bound of the squared distance of the row at a place. */
export function fineBound(p: SearchBlock, place: i32): i32 {
  return wholeDistance(p.queryFine, p.fine + <usize>place * ((<usize>p.fineDims) << 1), p.fineDims);
}

/**
 * Bounds the rows of the blocks that lie nearest, enough for the seeds, and takes the blocks off the list.
 * @returns the end of their (bound, place) pairs, sorted by bound.
 */
export function open(p: SearchBlock): usize {
  const bounds = p.bounds;
  const seeds = p.seeds;
  const count = min((p.seedCount + ROWS - 1) / ROWS + 1, p.blocks);
  // The blocks stand behind the places they will give.
  const opened = seeds + <usize>count * BLOCK_PAIRS;
  nearestBlocks(bounds, p.blocks, opened, count);
  let end = seeds;
  for (let i = 0; i < count; i++) {
    const block = i32.load(opened + <usize>i * PAIR, 4);
    if (block == NONE) break;
    i32.store(bounds + ((<usize>block) << 2), NONE);
    end = boundRows(p, block, i32x4.splat(FAR - 1), seeds, end, true);
  }
  return end;
}

/** Appends the places of a block whose bounds are within the limit and whose rows are not passed over, if wished sorted; returns the end. */
export function boundRows(p: SearchBlock, block: i32, limit: v128, first: usize, end: usize, sorted: bool): usize {
  const bounds = boundBlock(
    p.queryPairs,
    p.pairs,
    p.panels + ((<usize>block * <usize>p.pairs) << 5),
    p.norms + ((<usize>block) << 5),
    p.querySquare,
    p.eight,
    limit,
  );
  const passed = <u32>(p.passedTo - p.passedFrom);
  for (let hit = bounds; hit != 0; hit &= hit - 1) {
    const lane = ctz(hit);
    const place = block * ROWS + lane;
    if (passed && <u32>(rowAt(p, place) - p.passedFrom) < passed) continue;
    const bound = i32.load(p.eight + ((<usize>lane) << 2));
    if (sorted) sink(first, end, bound, place);
    else {
      i32.store(end, bound);
      i32.store(end, place, 4);
    }
    end += PAIR;
  }
  return end;
}

/** Blocks with a row that may lie within the limit, a whole squared distance, into a list; returns its end. */
export function reached(p: SearchBlock, limit: i32, list: usize): usize {
  // Single precision rounds what is compared: by far less than this. No limit reaches the opened blocks again.
  const root = f32x4.splat(<f32>min(sqrt(<f64>limit) * 1.00001 + 1, FARTHEST));
  const blocks = p.blocks;
  let end = list;
  for (let i = 0; i < blocks; i += 4) {
    const at = (<usize>i) << 2;
    const reach = f32x4.add(v128.load(p.radii + at), root);
    const far = f32x4.convert_i32x4_s(v128.load(p.bounds + at));
    const hit = i32x4.bitmask(f32x4.le(far, f32x4.mul(reach, reach)));
    // Which blocks are reached is hard to foretell: each is written, and overwritten if it is not.
    i32.store(end, i);
    end += <usize>((hit & 1) << 2);
    i32.store(end, i + 1);
    end += <usize>((hit & 2) << 1);
    i32.store(end, i + 2);
    end += <usize>(hit & 4);
    i32.store(end, i + 3);
    end += <usize>((hit & 8) >> 1);
  }
  return end;
}
