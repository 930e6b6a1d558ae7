import { SearchBlock } from './blocks';
import { boundRows, distanceOf, FAR, fineBound, limitOf, NONE, open, PAIR, reached, rowAt } from './reach';

// One query's exact nearest rows of the memory bank, given its distances to the middles of blocks of eight rows that lie near each other:
// only blocks within reach have their rows bounded, and only rows within reach are looked at.
// `best` holds (f32 distance², i32 row) pairs, sorted by distance, then row.

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

/** Computes the distance of the row at a place and offers it to the best. */
function look(p: SearchBlock, place: i32): void {
  const distance = distanceOf(p, place);
  if (distance < f32.load(p.best)) p.hint = place;
  if (p.groups) insertDistinct(p.best, p.k, p.groups, distance, rowAt(p, place));
  else insert(p.best, p.k, distance, rowAt(p, place));
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
