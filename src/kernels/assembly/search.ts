import { SearchBlock, SearchManyBlock } from './blocks';
import { squaredDistance } from './distance';
import { boundBlock, wholeDistance } from './whole';

// One query's exact nearest rows of the memory bank, given its distances to the middles of blocks of eight rows that lie near each other:
// only blocks within reach have their rows bounded, and only rows within reach are looked at.
// `best` holds (f32 distance², i32 row) pairs, sorted by distance, then row.

const PAIR: usize = 8;
const NONE: i32 = 0x7fffffff;
/** Bounds of padding are from here on, so limits stay below. */
const FAR: i32 = 0x3fffffff;
/** No row lies farther from a query in whole units (coreset/whole-rows.ts); with a block's radius it stays below the root of NONE. */
const FARTHEST: f64 = 26100;
/** Rows of a block, and bytes of its places as (bound, place) pairs. */
const ROWS: i32 = 8;
const BLOCK_PAIRS: usize = 64;

function insert(best: usize, k: i32, distance: f32, row: i32): void {
  let at = best + <usize>(k - 1) * PAIR;
  const last = f32.load(at);
  if (distance > last || (distance == last && row > i32.load(at, 4))) return;
  while (at > best) {
    const before = at - PAIR;
    const d = f32.load(before);
    const r = i32.load(before, 4);
    if (d < distance || (d == distance && r < row)) break;
    f32.store(at, d);
    i32.store(at, r, 4);
    at = before;
  }
  f32.store(at, distance);
  i32.store(at, row, 4);
}

/**
 * Offers a row to the best of distinct groups: a group already there is only replaced by a nearer row of its own, so the
 * list holds the nearest row of each of the m nearest groups, sorted by distance, then row.
 */
function insertDistinct(best: usize, m: i32, groups: usize, distance: f32, row: i32): void {
  let at = best + <usize>(m - 1) * PAIR;
  const last = f32.load(at);
  if (distance > last || (distance == last && row > i32.load(at, 4))) return;
  const group = i32.load(groups + ((<usize>row) << 2));
  for (let j = best; j < at; j += PAIR) {
    const held = i32.load(j, 4);
    if (held == NONE) break;
    if (i32.load(groups + ((<usize>held) << 2)) != group) continue;
    const own = f32.load(j);
    if (own < distance || (own == distance && held < row)) return;
    at = j;
    break;
  }
  while (at > best) {
    const before = at - PAIR;
    const d = f32.load(before);
    const r = i32.load(before, 4);
    if (d < distance || (d == distance && r < row)) break;
    f32.store(at, d);
    i32.store(at, r, 4);
    at = before;
  }
  f32.store(at, distance);
  i32.store(at, row, 4);
}

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
function limitOf(distance: f32, slack: f32, scale: f32): i32 {
  const root = (sqrt(<f64>distance) * 1.00001 + <f64>slack) * <f64>scale;
  return <i32>min(root * root + 1, <f64>(FAR - 1));
}

/** The row at a place. */
function rowAt(p: SearchBlock, place: i32): i32 {
  return i32.load(p.rank + ((<usize>place) << 2));
}

/** The full squared distance of the row at a place. */
function distanceOf(p: SearchBlock, place: i32): f32 {
  return squaredDistance(p.query, p.bank + <usize>place * ((<usize>p.d) << 2), p.d);
}

/** The finer lower bound of the squared distance of the row at a place. */
function fineBound(p: SearchBlock, place: i32): i32 {
  return wholeDistance(p.queryFine, p.fine + <usize>place * ((<usize>p.fineDims) << 1), p.fineDims);
}

/** Computes the distance of the row at a place and offers it to the best. */
function look(p: SearchBlock, place: i32): void {
  const distance = distanceOf(p, place);
  if (distance < f32.load(p.best)) p.hint = place;
  if (p.groups) insertDistinct(p.best, p.k, p.groups, distance, rowAt(p, place));
  else insert(p.best, p.k, distance, rowAt(p, place));
}

/**
 * Bounds the rows of the blocks that lie nearest, enough for the seeds, and takes the blocks off the list.
 * @returns the end of their (bound, place) pairs, sorted by bound.
 */
function open(p: SearchBlock): usize {
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
function boundRows(p: SearchBlock, block: i32, limit: v128, first: usize, end: usize, sorted: bool): usize {
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
function reached(p: SearchBlock, limit: i32, list: usize): usize {
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

/**
 * Exact k nearest rows, or the nearest row in each of the k nearest groups, those `within` alone. A row is looked at only if its block is within
 * reach, its bound is within the distance of the k-th best so far, and its finer bound too. A row with the least finer bound so far is looked at
 * at once, since it lowers the limit most; the others wait until all bounds are known. Returns how many full
 * distances were computed.
 */
export function nearest(p: SearchBlock): i32 {
  const waiting = p.waiting;
  const best = p.best;
  const k = p.k;
  for (let i = 0; i < k; i++) {
    f32.store(best + <usize>i * PAIR, p.within);
    i32.store(best + <usize>i * PAIR, NONE, 4);
  }
  // No farther than a row that is there, the nearest lies.
  let known = p.within;
  if (k == 1 && !p.groups && p.hint >= 0) known = min(known, distanceOf(p, p.hint));
  const opened = open(p);
  const last = best + <usize>(k - 1) * PAIR;
  let looked = 0;
  let limit = limitOf(known, p.slack, p.scale);
  let at = p.seeds;
  for (; at < opened && looked < p.seedCount; at += PAIR) {
    if (i32.load(at) > limit) break;
    look(p, i32.load(at, 4));
    looked++;
    limit = limitOf(min(known, f32.load(last)), p.slack, p.scale);
  }
  for (; at < opened && i32.load(at) <= limit; at += PAIR) {
    if (fineBound(p, i32.load(at, 4)) > limitOf(min(known, f32.load(last)), p.fineSlack, p.fineScale)) continue;
    look(p, i32.load(at, 4));
    looked++;
    limit = limitOf(min(known, f32.load(last)), p.slack, p.scale);
  }
  // First which rows, then their finer bounds: the second loop's loads do not wait for each other.
  let end = waiting;
  const list = p.bounds;
  const reachedEnd = reached(p, limit, list);
  const limits = i32x4.splat(limit);
  for (let block = list; block < reachedEnd; block += 4) {
    end = boundRows(p, i32.load(block), limits, waiting, end, false);
  }
  let fineLimit = limitOf(min(known, f32.load(last)), p.fineSlack, p.fineScale);
  let least = FAR;
  let left = waiting;
  for (let at = waiting; at < end; at += PAIR) {
    const place = i32.load(at, 4);
    const fine = fineBound(p, place);
    if (fine > fineLimit) continue;
    if (fine >= least) {
      i32.store(left, fine);
      i32.store(left, place, 4);
      left += PAIR;
      continue;
    }
    least = fine;
    look(p, place);
    looked++;
    fineLimit = limitOf(min(known, f32.load(last)), p.fineSlack, p.fineScale);
  }
  for (let at = waiting; at < left; at += PAIR) {
    if (i32.load(at) > fineLimit) continue;
    look(p, i32.load(at, 4));
    looked++;
    fineLimit = limitOf(min(known, f32.load(last)), p.fineSlack, p.fineScale);
  }
  return looked;
}

/** Whether a row beats what a point has: nearer, or as near and picked earlier. */
function beats(best: usize, distance: f32, order: i32): bool {
  const held = f32.load(best);
  return distance < held || (distance == held && order < i32.load(best, 8));
}

/** Bytes of a bank's best: distance², row, order, limit, finer limit. */
const BANK: usize = 20;

/**
 * One query's exact nearest row in each bank. Bounds and the finer bounds are shared, and a row's full distance is computed
 * once for all banks. Returns how many full distances were.
 */
export function nearestMany(p: SearchManyBlock): i32 {
  for (let b = 0; b < p.banks; b++) {
    const own = p.best + <usize>b * BANK;
    f32.store(own, Infinity);
    i32.store(own, NONE, 4);
    i32.store(own, NONE, 8);
    i32.store(own, FAR - 1, 12);
    i32.store(own, FAR - 1, 16);
  }
  const opened = open(p);
  let looked = 0;
  let most = FAR - 1;
  let at = p.seeds;
  for (; at < opened && looked < p.seedCount; at += PAIR) {
    most = offer(p, i32.load(at, 4));
    looked++;
  }
  for (; at < opened && i32.load(at) <= most; at += PAIR) {
    if (!mayBeat(p, at)) continue;
    most = offer(p, i32.load(at, 4));
    looked++;
  }
  const list = p.bounds;
  const reachedEnd = reached(p, most, list);
  const waiting = p.waiting;
  for (let block = list; block < reachedEnd; block += 4) {
    const end = boundRows(p, i32.load(block), i32x4.splat(most), waiting, waiting, false);
    for (let own = waiting; own < end; own += PAIR) {
      if (!mayBeat(p, own)) continue;
      most = offer(p, i32.load(own, 4));
      looked++;
    }
  }
  return looked;
}

/** Whether the bounds of a (bound, place) pair let its row be the nearest of one of its banks. */
function mayBeat(p: SearchManyBlock, pair: usize): bool {
  const place = i32.load(pair, 4);
  const row = rowAt(p, place);
  return i32.load(pair) <= widest(p, row, 12) && fineBound(p, place) <= widest(p, row, 16);
}

/** The widest limit, at an offset of a bank's best, among the banks a row belongs to. */
function widest(p: SearchManyBlock, row: i32, offset: usize): i32 {
  const mask = i32.load(p.masks + ((<usize>row) << 2));
  let limit = -1;
  for (let b = 0; b < p.banks; b++) {
    if ((mask >> b) & 1) limit = max(limit, i32.load(p.best + <usize>b * BANK + offset));
  }
  return limit;
}

/** Computes the distance of the row at a place and offers it to its banks; returns the widest limit of all banks. */
function offer(p: SearchManyBlock, place: i32): i32 {
  const distance = distanceOf(p, place);
  const row = rowAt(p, place);
  const mask = i32.load(p.masks + ((<usize>row) << 2));
  let most = 0;
  for (let b = 0; b < p.banks; b++) {
    const own = p.best + <usize>b * BANK;
    if ((mask >> b) & 1) {
      const order = i32.load(p.orders + ((<usize>b * <usize>p.rows + <usize>row) << 2));
      if (beats(own, distance, order)) {
        f32.store(own, distance);
        i32.store(own, row, 4);
        i32.store(own, order, 8);
        i32.store(own, limitOf(distance, p.slack, p.scale), 12);
        i32.store(own, limitOf(distance, p.fineSlack, p.fineScale), 16);
      }
    }
    most = max(most, i32.load(own, 12));
  }
  return most;
}
