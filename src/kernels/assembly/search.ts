import { SearchBlock, SearchManyBlock } from './blocks';
import { squaredDistance } from './distance';
import { wholeDistance } from './whole';

// One query's exact nearest rows of the memory bank, given lower bounds of its distance to every row.
// `best` holds (f32 distance², i32 row) pairs, sorted by distance, then row.

const PAIR: usize = 8;
const NONE: i32 = 0x7fffffff;
/** Bounds of padding are from here on, so limits stay below. */
const FAR: i32 = 0x3fffffff;

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

/** The `count` smallest bounds into `seeds`, as (bound, row) pairs of whole numbers. `rows` is a multiple of 16. */
function smallest(bounds: usize, rows: i32, seeds: usize, count: i32): void {
  for (let i = 0; i < count; i++) {
    i32.store(seeds + <usize>i * PAIR, FAR);
    i32.store(seeds + <usize>i * PAIR, NONE, 4);
  }
  const lastSeed = seeds + <usize>(count - 1) * PAIR;
  let limit = i32x4.splat(FAR - 1);
  for (let i = 0; i < rows; i += 16) {
    const at = bounds + ((<usize>i) << 2);
    if (!anyWithin(at, limit)) continue;
    for (let hit = within(at, limit); hit != 0; hit &= hit - 1) {
      const lane = ctz(hit);
      seed(seeds, lastSeed, i32.load(at + ((<usize>lane) << 2)), i + lane);
    }
    limit = i32x4.splat(i32.load(lastSeed) - 1);
  }
}

function seed(seeds: usize, last: usize, bound: i32, row: i32): void {
  if (bound >= i32.load(last)) return;
  let at = last;
  while (at > seeds && i32.load(at - PAIR) > bound) {
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

/** The full squared distance of a row. */
function distanceOf(p: SearchBlock, row: i32): f32 {
  return squaredDistance(p.query, p.bank + <usize>row * ((<usize>p.d) << 2), p.d);
}

/** The finer lower bound of a row's squared distance. */
function fineBound(p: SearchBlock, row: i32): i32 {
  return wholeDistance(p.queryFine, p.fine + <usize>row * ((<usize>p.fineDims) << 1), p.fineDims);
}

/** Computes a row's distance and offers it to the best. */
function look(p: SearchBlock, row: i32): void {
  const distance = distanceOf(p, row);
  const nearest = f32.load(p.best);
  if (distance <= nearest) p.tied = distance == nearest ? 1 : 0;
  if (p.groups) insertDistinct(p.best, p.k, p.groups, distance, row);
  else insert(p.best, p.k, distance, row);
}

/**
 * Exact k nearest rows, or the nearest row in each of the k nearest groups, those `within` alone. A row is looked at only if its bound is within
 * the distance of the k-th best so far, and its finer bound too. A row with the least finer bound so far is looked at
 * at once, since it lowers the limit most; the others wait until all bounds are known. Returns how many full
 * distances were computed.
 */
export function nearest(p: SearchBlock): i32 {
  const bounds = p.bounds;
  const rows = p.rows;
  const seeds = p.seeds;
  const waiting = p.waiting;
  const best = p.best;
  const k = p.k;
  for (let row = p.passedFrom; row < p.passedTo; row++) i32.store(bounds + ((<usize>row) << 2), NONE);
  smallest(bounds, rows, seeds, p.seedCount);
  for (let i = 0; i < k; i++) {
    f32.store(best + <usize>i * PAIR, p.within);
    i32.store(best + <usize>i * PAIR, NONE, 4);
  }
  p.tied = 0;
  const widest = limitOf(p.within, p.slack, p.scale);
  let looked = 0;
  for (let i = 0; i < p.seedCount; i++) {
    const row = i32.load(seeds + <usize>i * PAIR, 4);
    if (row == NONE || i32.load(seeds + <usize>i * PAIR) > widest) break;
    look(p, row);
    i32.store(bounds + ((<usize>row) << 2), NONE);
    looked++;
  }
  const last = best + <usize>(k - 1) * PAIR;
  const limits = i32x4.splat(limitOf(f32.load(last), p.slack, p.scale));
  // First which rows, then their finer bounds: the second loop's loads do not wait for each other.
  let end = waiting;
  for (let i = 0; i < rows; i += 16) {
    const at = bounds + ((<usize>i) << 2);
    if (!anyWithin(at, limits)) continue;
    for (let hit = within(at, limits); hit != 0; hit &= hit - 1) {
      i32.store(end, i + ctz(hit), 4);
      end += PAIR;
    }
  }
  let fineLimit = limitOf(f32.load(last), p.fineSlack, p.fineScale);
  let least = FAR;
  let left = waiting;
  for (let at = waiting; at < end; at += PAIR) {
    const row = i32.load(at, 4);
    const fine = fineBound(p, row);
    if (fine > fineLimit) continue;
    if (fine >= least) {
      i32.store(left, fine);
      i32.store(left, row, 4);
      left += PAIR;
      continue;
    }
    least = fine;
    look(p, row);
    looked++;
    fineLimit = limitOf(f32.load(last), p.fineSlack, p.fineScale);
  }
  for (let at = waiting; at < left; at += PAIR) {
    if (i32.load(at) > fineLimit) continue;
    look(p, i32.load(at, 4));
    looked++;
    fineLimit = limitOf(f32.load(last), p.fineSlack, p.fineScale);
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
  const bounds = p.bounds;
  const rows = p.rows;
  const seeds = p.seeds;
  const seedCount = p.seedCount;
  for (let b = 0; b < p.banks; b++) {
    const own = p.best + <usize>b * BANK;
    f32.store(own, Infinity);
    i32.store(own, NONE, 4);
    i32.store(own, NONE, 8);
    i32.store(own, FAR - 1, 12);
    i32.store(own, FAR - 1, 16);
  }
  smallest(bounds, rows, seeds, seedCount);
  let looked = 0;
  let most = FAR - 1;
  for (let i = 0; i < seedCount; i++) {
    const row = i32.load(seeds + <usize>i * PAIR, 4);
    if (row == NONE) break;
    i32.store(bounds + ((<usize>row) << 2), NONE);
    most = offer(p, row);
    looked++;
  }
  for (let i = 0; i < rows; i += 16) {
    const at = bounds + ((<usize>i) << 2);
    const limits = i32x4.splat(most);
    if (!anyWithin(at, limits)) continue;
    for (let hit = within(at, limits); hit != 0; hit &= hit - 1) {
      const lane = ctz(hit);
      const row = i + lane;
      if (i32.load(at + ((<usize>lane) << 2)) > widest(p, row, 12)) continue;
      if (fineBound(p, row) > widest(p, row, 16)) continue;
      most = offer(p, row);
      looked++;
    }
  }
  return looked;
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

/** Computes a row's distance and offers it to its banks; returns the widest limit of all banks. */
function offer(p: SearchManyBlock, row: i32): i32 {
  const distance = distanceOf(p, row);
  const mask = i32.load(p.masks + ((<usize>row) << 2));
  let most = 0;
  for (let b = 0; b < p.banks; b++) {
    const own = p.best + <usize>b * BANK;
    if ((mask >> b) & 1) {
      const order = i32.load(p.orders + ((<usize>(b * p.rows + row)) << 2));
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
