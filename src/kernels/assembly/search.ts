import { SearchBlock, SearchGroupsBlock, SearchManyBlock } from './blocks';
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
function smallest(bounds: usize, rows: i32, seeds: usize, k: i32): void {
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

/** The full squared distance of a row. */
function distanceOf(p: SearchBlock, row: i32): f32 {
  return squaredDistance(p.query, p.bank + <usize>row * ((<usize>p.d) << 2), p.d);
}

/** The finer lower bound of a row's squared distance. */
function fineBound(p: SearchBlock, row: i32): f32 {
  return squaredDistance(p.queryFine, p.fine + <usize>row * ((<usize>p.fineDims) << 2), p.fineDims);
}

/**
 * Exact k nearest rows. A row is looked at only if its bound is within (√best + slack)² + margin; then its finer bound
 * must pass too; only then the full distance is computed. Returns how many full distances were.
 */
export function nearest(p: SearchBlock): i32 {
  const bounds = p.bounds;
  const rows = p.rows;
  const slack = p.slack;
  const margin = p.margin;
  const seeds = p.seeds;
  const best = p.best;
  const k = p.seedCount;
  smallest(bounds, rows, seeds, k);
  for (let i = 0; i < k; i++) {
    f32.store(best + <usize>i * PAIR, Infinity);
    i32.store(best + <usize>i * PAIR, NONE, 4);
  }
  let looked = 0;
  for (let i = 0; i < k; i++) {
    const row = i32.load(seeds + <usize>i * PAIR, 4);
    if (row == NONE) break;
    insert(best, k, distanceOf(p, row), row);
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
      if (fineBound(p, row) > limit) continue;
      insert(best, k, distanceOf(p, row), row);
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
 * One query's exact nearest row in each bank. Bounds and the finer bounds are shared, and a row's full distance is computed
 * once for all banks. Returns how many full distances were.
 */
export function nearestMany(p: SearchManyBlock): i32 {
  const bounds = p.bounds;
  const rows = p.rows;
  const seeds = p.seeds;
  const seedCount = p.seedCount;
  for (let b = 0; b < p.banks; b++) {
    const own = p.best + ((<usize>b) << 4);
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
    most = offer(p, row);
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
      const limit = limitOfRow(p, row);
      if (!(bound <= limit)) continue;
      if (fineBound(p, row) > limit) continue;
      most = offer(p, row);
      looked++;
    }
  }
  return looked;
}

/** The widest limit among the banks a row belongs to. */
function limitOfRow(p: SearchManyBlock, row: i32): f32 {
  const mask = i32.load(p.masks + ((<usize>row) << 2));
  let limit: f32 = -1;
  for (let b = 0; b < p.banks; b++) {
    if ((mask >> b) & 1) limit = max(limit, f32.load(p.best + ((<usize>b) << 4), 12));
  }
  return limit;
}

/** Computes a row's distance and offers it to its banks; returns the widest limit of all banks. */
function offer(p: SearchManyBlock, row: i32): f32 {
  const distance = distanceOf(p, row);
  const mask = i32.load(p.masks + ((<usize>row) << 2));
  const limit = limitOf(distance, p.slack, p.margin);
  let most: f32 = 0;
  for (let b = 0; b < p.banks; b++) {
    const own = p.best + ((<usize>b) << 4);
    if ((mask >> b) & 1) {
      const order = i32.load(p.orders + ((<usize>(b * p.rows + row)) << 2));
      if (beats(own, distance, order)) {
        f32.store(own, distance);
        i32.store(own, row, 4);
        i32.store(own, order, 8);
        f32.store(own, limit, 12);
      }
    }
    most = max(most, f32.load(own, 12));
  }
  return most;
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

/**
 * One query's nearest row in each of the m nearest groups, some rows passed over: a training patch against the other images.
 * Bounds as in `nearest`. Returns how many full distances were computed.
 */
export function nearestGroups(p: SearchGroupsBlock): i32 {
  const bounds = p.bounds;
  const rows = p.rows;
  const slack = p.slack;
  const margin = p.margin;
  const seeds = p.seeds;
  const best = p.best;
  const groups = p.groups;
  const m = p.m;
  for (let row = p.passedFrom; row < p.passedTo; row++) f32.store(bounds + ((<usize>row) << 2), Infinity);
  smallest(bounds, rows, seeds, p.seedCount);
  for (let i = 0; i < m; i++) {
    f32.store(best + <usize>i * PAIR, Infinity);
    i32.store(best + <usize>i * PAIR, NONE, 4);
  }
  let looked = 0;
  for (let i = 0; i < p.seedCount; i++) {
    const row = i32.load(seeds + <usize>i * PAIR, 4);
    if (row == NONE) break;
    insertDistinct(best, m, groups, distanceOf(p, row), row);
    f32.store(bounds + ((<usize>row) << 2), Infinity);
    looked++;
  }
  const last = best + <usize>(m - 1) * PAIR;
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
      if (fineBound(p, row) > limit) continue;
      insertDistinct(best, m, groups, distanceOf(p, row), row);
      looked++;
      limit = limitOf(f32.load(last), slack, margin);
      limits = f32x4.splat(limit);
    }
  }
  return looked;
}
