import { squaredDistance } from './distance';

// One query's exact k nearest rows of the memory bank, given lower bounds of its distance to every row.
// `best` holds k (f32 distance², i32 row) pairs, sorted by distance, then row.

const PAIR: usize = 8;
const NONE: i32 = 0x7fffffff;

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

/** The k smallest bounds into `seeds`, as pairs. `rows` is a multiple of 4; bounds of padding are +∞. */
export function smallest(bounds: usize, rows: i32, seeds: usize, k: i32): void {
  for (let i = 0; i < k; i++) {
    f32.store(seeds + <usize>i * PAIR, Infinity);
    i32.store(seeds + <usize>i * PAIR, NONE, 4);
  }
  const lastSeed = seeds + <usize>(k - 1) * PAIR;
  let limit = f32x4.splat(Infinity);
  for (let i = 0; i < rows; i += 4) {
    const at = bounds + ((<usize>i) << 2);
    const hit = i32x4.bitmask(f32x4.lt(v128.load(at), limit));
    if (hit == 0) continue;
    for (let lane = 0; lane < 4; lane++) {
      if ((hit >> lane) & 1) insert(seeds, k, f32.load(at + ((<usize>lane) << 2)), i + lane);
    }
    limit = f32x4.splat(f32.load(lastSeed));
  }
}

function limitOf(distance: f32, slack: f32, margin: f32): f32 {
  const root = sqrt(distance) + slack;
  return root * root * <f32>1.00001 + margin;
}

/**
 * Exact k nearest rows. A row is looked at only if its bound is within (√best + slack)² + margin; then its finer bound
 * in `fineDims` dimensions must pass too; only then the full distance is computed. Returns how many full distances were.
 */
export function nearest(
  bounds: usize,
  rows: i32,
  query: usize,
  bank: usize,
  d: i32,
  queryFine: usize,
  bankFine: usize,
  fineDims: i32,
  slack: f32,
  margin: f32,
  seeds: usize,
  best: usize,
  k: i32,
): i32 {
  smallest(bounds, rows, seeds, k);
  for (let i = 0; i < k; i++) {
    f32.store(best + <usize>i * PAIR, Infinity);
    i32.store(best + <usize>i * PAIR, NONE, 4);
  }
  let looked = 0;
  for (let i = 0; i < k; i++) {
    const row = i32.load(seeds + <usize>i * PAIR, 4);
    if (row == NONE) break;
    insert(best, k, squaredDistance(query, bank + <usize>row * ((<usize>d) << 2), d), row);
    f32.store(bounds + ((<usize>row) << 2), Infinity);
    looked++;
  }
  const last = best + <usize>(k - 1) * PAIR;
  let limit = limitOf(f32.load(last), slack, margin);
  let limits = f32x4.splat(limit);
  for (let i = 0; i < rows; i += 4) {
    const at = bounds + ((<usize>i) << 2);
    const hit = i32x4.bitmask(f32x4.le(v128.load(at), limits));
    if (hit == 0) continue;
    for (let lane = 0; lane < 4; lane++) {
      if (((hit >> lane) & 1) == 0) continue;
      const row = i + lane;
      const bound = f32.load(at + ((<usize>lane) << 2));
      if (!(bound <= limit) || bound == Infinity) continue;
      if (fineDims > 0) {
        const fine = squaredDistance(queryFine, bankFine + <usize>row * ((<usize>fineDims) << 2), fineDims);
        if (fine > limit) continue;
      }
      insert(best, k, squaredDistance(query, bank + <usize>row * ((<usize>d) << 2), d), row);
      looked++;
      limit = limitOf(f32.load(last), slack, margin);
      limits = f32x4.splat(limit);
    }
  }
  return looked;
}

/** Whether a row beats what a point has: nearer, or as near and picked earlier. */
function beats(best: usize, distance: f32, order: i32): bool {
  const held = f32.load(best);
  return distance < held || (distance == held && order < i32.load(best, 8));
}

/**
 * One query's exact nearest row in each of up to 32 banks at once, which are subsets of `rows`: bit p of a row's mask
 * says it belongs to bank p, `orders` [points × rows] when it was picked there. `best` holds (distance², row, order, limit)
 * a bank. Bounds and the finer bounds are shared, and a row's full distance is computed once for all banks.
 */
export function nearestMany(
  bounds: usize,
  rows: i32,
  masks: usize,
  orders: usize,
  points: i32,
  query: usize,
  bank: usize,
  d: i32,
  queryFine: usize,
  bankFine: usize,
  fineDims: i32,
  slack: f32,
  margin: f32,
  seeds: usize,
  seedCount: i32,
  best: usize,
): i32 {
  for (let p = 0; p < points; p++) {
    const own = best + ((<usize>p) << 4);
    f32.store(own, Infinity);
    i32.store(own, NONE, 4);
    i32.store(own, NONE, 8);
    f32.store(own, Infinity, 12);
  }
  smallest(bounds, rows, seeds, seedCount);
  let looked = 0;
  let most: f32 = Infinity;
  for (let i = 0; i < seedCount; i++) {
    const row = i32.load(seeds + <usize>i * PAIR, 4);
    if (row == NONE) break;
    f32.store(bounds + ((<usize>row) << 2), Infinity);
    most = updateMany(row, rows, masks, orders, points, query, bank, d, slack, margin, best);
    looked++;
  }
  for (let i = 0; i < rows; i += 4) {
    const at = bounds + ((<usize>i) << 2);
    const hit = i32x4.bitmask(f32x4.le(v128.load(at), f32x4.splat(most)));
    if (hit == 0) continue;
    for (let lane = 0; lane < 4; lane++) {
      if (((hit >> lane) & 1) == 0) continue;
      const row = i + lane;
      const bound = f32.load(at + ((<usize>lane) << 2));
      if (bound == Infinity) continue;
      const limit = limitOfRow(row, masks, points, best);
      if (!(bound <= limit)) continue;
      const fine = squaredDistance(queryFine, bankFine + <usize>row * ((<usize>fineDims) << 2), fineDims);
      if (fine > limit) continue;
      most = updateMany(row, rows, masks, orders, points, query, bank, d, slack, margin, best);
      looked++;
    }
  }
  return looked;
}

/** The widest limit among the banks a row belongs to. */
function limitOfRow(row: i32, masks: usize, points: i32, best: usize): f32 {
  const mask = i32.load(masks + ((<usize>row) << 2));
  let limit: f32 = -1;
  for (let p = 0; p < points; p++) {
    if ((mask >> p) & 1) limit = max(limit, f32.load(best + ((<usize>p) << 4), 12));
  }
  return limit;
}

/** Computes a row's distance and offers it to its banks; returns the widest limit of all banks. */
function updateMany(
  row: i32,
  rows: i32,
  masks: usize,
  orders: usize,
  points: i32,
  query: usize,
  bank: usize,
  d: i32,
  slack: f32,
  margin: f32,
  best: usize,
): f32 {
  const distance = squaredDistance(query, bank + <usize>row * ((<usize>d) << 2), d);
  const mask = i32.load(masks + ((<usize>row) << 2));
  let most: f32 = 0;
  for (let p = 0; p < points; p++) {
    const own = best + ((<usize>p) << 4);
    if ((mask >> p) & 1) {
      const order = i32.load(orders + ((<usize>p * <usize>rows + <usize>row) << 2));
      if (beats(own, distance, order)) {
        f32.store(own, distance);
        i32.store(own, row, 4);
        i32.store(own, order, 8);
        f32.store(own, limitOf(distance, slack, margin), 12);
      }
    }
    most = max(most, f32.load(own, 12));
  }
  return most;
}
