import { SearchManyBlock } from './blocks';
import { boundRows, distanceOf, FAR, fineBound, limitOf, NONE, open, PAIR, reached, rowAt } from './reach';

// One query's exact nearest row in each of many banks.

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
