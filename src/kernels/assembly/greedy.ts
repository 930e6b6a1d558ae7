import { GreedyBlock } from './blocks';

// Greedy k-centre selection, exact and lazy (docs/methods.md 3.2). Rows lie in blocks of 8, each block a panel [d × 8].
// Every block has an upper bound on its rows' distance to the chosen centres, from its last refresh: distances only
// fall, so a stale bound stays valid. The block with the greatest bound is refreshed, or, if it is fresh, gives the
// next centre. A refresh passes over pending centres that lie too far from a ball round the block's rows, eight at a time; it bounds the
// others from below, row by row, both in few dimensions and whole numbers, and computes the full distance only where some row could come
// closer. Ties go to the lowest row, wherever it lies.

// Job slots of helpers, 64 bytes apart: what to do (block + 1, or -1 to leave) and the count of centres to apply.
const SLOT: usize = 64;
const NOTE: usize = 12;

/** The largest bounds, in whole numbers, that rows of these squared distances or less may have. */
function limitOf(distance: v128, slack: v128, scale: v128): v128 {
  const root = f32x4.mul(f32x4.add(f32x4.mul(f32x4.sqrt(distance), f32x4.splat(1.00001)), slack), scale);
  // Below the bounds of padding, 2³⁰ − 1 and more.
  return i32x4.trunc_sat_f32x4_s(f32x4.min(f32x4.add(f32x4.mul(root, root), f32x4.splat(1)), f32x4.splat(1e9)));
}

/** Distances of a block's 8 rows to one centre; updates minimum and limit. Leaves early once no row can be closer. */
function applyCentre(p: GreedyBlock, block: i32, centre: i32): void {
  const d = p.d;
  const at = p.distance + ((<usize>block) << 5);
  const limitAt = p.limit + ((<usize>block) << 5);
  const old0 = v128.load(at);
  const old1 = v128.load(at, 16);
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let panel = p.panels + ((<usize>block * d) << 5);
  let c = p.centres + ((<usize>centre * d) << 2);
  const end = c + (d << 2);
  while (c < end) {
    const stop = min(c + 128, end);
    while (c < stop) {
      const x = v128.load32_splat(c);
      const d0 = f32x4.sub(v128.load(panel), x);
      const d1 = f32x4.sub(v128.load(panel, 16), x);
      s0 = f32x4.add(s0, f32x4.mul(d0, d0));
      s1 = f32x4.add(s1, f32x4.mul(d1, d1));
      panel += 32;
      c += 4;
    }
    if (!v128.any_true(v128.or(f32x4.lt(s0, old0), f32x4.lt(s1, old1)))) return;
  }
  const new0 = f32x4.pmin(old0, s0);
  const new1 = f32x4.pmin(old1, s1);
  v128.store(at, new0);
  v128.store(at, new1, 16);
  const slack = f32x4.splat(p.slack);
  const scale = f32x4.splat(p.scale);
  v128.store(limitAt, limitOf(new0, slack, scale));
  v128.store(limitAt, limitOf(new1, slack, scale), 16);
  setReach(p, block);
}

/** The whole distance, a little more, at which a centre may still come closer to each of four rows, from a middle so far off. */
function reachOf(limits: v128, offsets: v128): v128 {
  const root = f32x4.add(f32x4.sqrt(f32x4.convert_i32x4_s(limits)), offsets);
  return f32x4.add(f32x4.mul(f32x4.mul(root, root), f32x4.splat(1.00001)), f32x4.splat(1));
}

/** A centre c may come closer to a row x only where |c − middle| ≤ |c − x| + |x − middle|: the row's limit and its offset. */
function setReach(p: GreedyBlock, block: i32): void {
  const limitAt = p.limit + ((<usize>block) << 5);
  const offsetAt = p.offsets + ((<usize>block) << 5);
  const most = f32x4.max(
    reachOf(v128.load(limitAt), v128.load(offsetAt)),
    reachOf(v128.load(limitAt, 16), v128.load(offsetAt, 16)),
  );
  const widest = max(
    max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)),
    max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)),
  );
  i32.store(p.reach + ((<usize>block) << 2), <i32>min(widest, 1e9));
}

/** Which of a group of 8 centres are within reach of a block, as bits. */
function centresInReach(p: GreedyBlock, block: i32, group: i32): i32 {
  const pairs = p.pairs;
  let middle = p.middles + ((<usize>block * pairs) << 2);
  let pa = p.wholeCentres + <usize>group * ((pairs + 1) << 5);
  const end = pa + (pairs << 5);
  const own = v128.load32_splat(p.middleSquares + ((<usize>block) << 2));
  let c0 = i32x4.add(v128.load(end), own);
  let c1 = i32x4.add(v128.load(end, 16), own);
  while (pa < end) {
    const x = v128.load32_splat(middle);
    c0 = i32x4.add(c0, i32x4.dot_i16x8_s(x, v128.load(pa)));
    c1 = i32x4.add(c1, i32x4.dot_i16x8_s(x, v128.load(pa, 16)));
    middle += 4;
    pa += 32;
  }
  const reach = v128.load32_splat(p.reach + ((<usize>block) << 2));
  return i32x4.bitmask(i32x4.le_s(c0, reach)) | (i32x4.bitmask(i32x4.le_s(c1, reach)) << 4);
}

/** Whether a lower bound of a centre's distance is within the limit of one of a block's 8 rows. */
function inLimits(p: GreedyBlock, block: i32, centre: i32): bool {
  const pairs = p.pairs;
  let pa = p.wholeCentres + <usize>(centre >> 3) * ((pairs + 1) << 5) + ((<usize>(centre & 7)) << 2);
  let pb = p.wholePanels + ((<usize>block * pairs) << 5);
  const end = pa + (pairs << 5);
  const squaresAt = p.squares + ((<usize>block) << 5);
  const own = v128.load32_splat(end);
  let c0 = i32x4.add(own, v128.load(squaresAt));
  let c1 = i32x4.add(own, v128.load(squaresAt, 16));
  while (pa < end) {
    const x = v128.load32_splat(pa);
    c0 = i32x4.add(c0, i32x4.dot_i16x8_s(x, v128.load(pb)));
    c1 = i32x4.add(c1, i32x4.dot_i16x8_s(x, v128.load(pb, 16)));
    pa += 32;
    pb += 32;
  }
  const limitAt = p.limit + ((<usize>block) << 5);
  return v128.any_true(v128.or(i32x4.le_s(c0, v128.load(limitAt)), i32x4.le_s(c1, v128.load(limitAt, 16))));
}

/** Applies every pending centre to a block and sets its bound anew. */
function refresh(p: GreedyBlock, block: i32, count: i32): i32 {
  const appliedAt = p.applied + ((<usize>block) << 2);
  const applied = i32.load(appliedAt);
  let full = 0;
  for (let group = applied >> 3; group << 3 < count; group++) {
    const first = group << 3;
    let near = centresInReach(p, block, group);
    if (first < applied) near &= -1 << (applied - first);
    if (count - first < 8) near &= (1 << (count - first)) - 1;
    for (; near != 0; near &= near - 1) {
      const centre = first + ctz(near);
      if (!inLimits(p, block, centre)) continue;
      applyCentre(p, block, centre);
      full++;
    }
  }
  i32.store(appliedAt, count);
  setBound(p, block);
  return full;
}

function setBound(p: GreedyBlock, block: i32): void {
  const at = p.distance + ((<usize>block) << 5);
  let most = f32.load(at);
  for (let lane: usize = 1; lane < 8; lane++) most = max(most, f32.load(at + (lane << 2)));
  f32.store(p.bound + ((<usize>block) << 2), most);
  const rank = p.rank + ((<usize>block) << 5);
  let lowest = 0x7fffffff;
  for (let lane: usize = 0; lane < 8; lane++) {
    if (f32.load(at + (lane << 2)) == most) lowest = min(lowest, i32.load(rank + (lane << 2)));
  }
  i32.store(p.leading + ((<usize>block) << 2), lowest);
}

/**
 * The winner of two blocks: the greater bound, of equals the lower leading row. -1 stands for none. A stale block whose bound still
 * holds has no lower row with it: distances only fall.
 */
function winner(p: GreedyBlock, a: i32, b: i32): i32 {
  if (b < 0) return a;
  if (a < 0) return b;
  const bound = p.bound;
  const x = f32.load(bound + ((<usize>a) << 2));
  const y = f32.load(bound + ((<usize>b) << 2));
  if (x != y) return x > y ? a : b;
  const leading = p.leading;
  return i32.load(leading + ((<usize>a) << 2)) < i32.load(leading + ((<usize>b) << 2)) ? a : b;
}

function replay(p: GreedyBlock, block: i32, standing: i32): void {
  const tree = p.tree;
  let node = <usize>(p.leaves + block);
  i32.store(tree + (node << 2), standing);
  node >>= 1;
  while (node > 0) {
    i32.store(tree + (node << 2), winner(p, i32.load(tree + (node << 3)), i32.load(tree + (node << 3) + 4)));
    node >>= 1;
  }
}

/** Sets every bound, limit and reach from the rows' distances and builds the tournament tree. */
export function build(p: GreedyBlock): void {
  const blocks = p.blocks;
  const leaves = p.leaves;
  const tree = p.tree;
  const slack = f32x4.splat(p.slack);
  const scale = f32x4.splat(p.scale);
  for (let block = 0; block < blocks; block++) {
    const at = p.distance + ((<usize>block) << 5);
    const limitAt = p.limit + ((<usize>block) << 5);
    const none = f32x4.splat(0);
    v128.store(limitAt, limitOf(f32x4.pmax(none, v128.load(at)), slack, scale));
    v128.store(limitAt, limitOf(f32x4.pmax(none, v128.load(at, 16)), slack, scale), 16);
    setReach(p, block);
    setBound(p, block);
  }
  for (let leaf = 0; leaf < leaves; leaf++) {
    i32.store(tree + ((<usize>(leaves + leaf)) << 2), leaf < blocks ? leaf : -1);
  }
  for (let node = <usize>leaves - 1; node > 0; node--) {
    i32.store(tree + (node << 2), winner(p, i32.load(tree + (node << 3)), i32.load(tree + (node << 3) + 4)));
  }
}

/** Makes a block's leading row a centre: its vector joins the list in both forms. */
function choose(p: GreedyBlock, block: i32): void {
  const count = p.count;
  const d = p.d;
  const row = i32.load(p.leading + ((<usize>block) << 2));
  const rank = p.rank + ((<usize>block) << 5);
  let lane: usize = 0;
  while (i32.load(rank + (lane << 2)) != row) lane++;
  const panel = p.panels + ((<usize>block * d) << 5) + (lane << 2);
  const centre = p.centres + ((<usize>count * d) << 2);
  for (let i: usize = 0; i < d; i++) f32.store(centre + (i << 2), f32.load(panel + (i << 5)));
  // The centre's whole form is −2c and |c|² where rows hold x and |x|²: −2c·x + |c|² + |x|² is the squared distance.
  const pairs = p.pairs;
  const from = p.wholePanels + ((<usize>block * pairs) << 5) + (lane << 2);
  const group = p.wholeCentres + <usize>(count >> 3) * ((pairs + 1) << 5) + ((<usize>(count & 7)) << 2);
  for (let i: usize = 0; i < pairs; i++) {
    i32.store16(group + (i << 5), -2 * i32.load16_s(from + (i << 5)));
    i32.store16(group + (i << 5), -2 * i32.load16_s(from + (i << 5), 2), 2);
  }
  i32.store(group + (pairs << 5), i32.load(p.squares + ((<usize>block) << 5) + (lane << 2)));
  i32.store(p.picks + ((<usize>count) << 2), row);
  p.count = count + 1;
}

/** Where the leader notes what a slot holds: the block, or -1, and the bound and leading row it had when it was handed over. */
function noteAt(p: GreedyBlock, slot: i32): usize {
  return p.jobs + <usize>p.slots * SLOT + <usize>slot * NOTE;
}

function jobAt(p: GreedyBlock, slot: i32): usize {
  return p.jobs + <usize>slot * SLOT;
}

/** Empties slots and notes. */
export function enlist(p: GreedyBlock): void {
  for (let slot = 0; slot < p.slots; slot++) {
    i32.store(noteAt(p, slot), -1);
    atomic.store<i32>(jobAt(p, slot), 0);
  }
}

/** Hands a block to a helper, and takes it out of the tournament meanwhile. */
function hand(p: GreedyBlock, slot: i32, block: i32): void {
  const note = noteAt(p, slot);
  i32.store(note, block);
  f32.store(note, f32.load(p.bound + ((<usize>block) << 2)), 4);
  i32.store(note, i32.load(p.leading + ((<usize>block) << 2)), 8);
  replay(p, block, -1);
  const job = jobAt(p, slot);
  i32.store(job, p.count, 4);
  atomic.store<i32>(job, block + 1);
  atomic.notify(job, 1);
}

/** Gives empty slots the best stale blocks there are. */
function lend(p: GreedyBlock, count: i32): void {
  for (let slot = 0; slot < p.slots; slot++) {
    if (i32.load(noteAt(p, slot)) >= 0) continue;
    const next = i32.load(p.tree, 4);
    if (next < 0 || i32.load(p.applied + ((<usize>next) << 2)) == count) return;
    hand(p, slot, next);
  }
}

/** Takes back what helpers are done with, and waits for one slot, or for none at -1. */
function collect(p: GreedyBlock, wanted: i32): void {
  for (let slot = 0; slot < p.slots; slot++) {
    const note = noteAt(p, slot);
    const block = i32.load(note);
    if (block < 0) continue;
    if (slot == wanted) awaitDone(jobAt(p, slot));
    else if (atomic.load<i32>(jobAt(p, slot)) != 0) continue;
    i32.store(note, -1);
    replay(p, block, block);
  }
}

function awaitDone(job: usize): void {
  let left = 200000;
  while (atomic.load<i32>(job) != 0) {
    left--;
    if (left < 0) {
      const held = atomic.load<i32>(job);
      if (held != 0) atomic.wait<i32>(job, held, 1000000);
    }
  }
}

/** A slot whose block might hold the next centre although the best of the others is `block`; or -1. */
function contender(p: GreedyBlock, block: i32): i32 {
  const bound: f32 = block < 0 ? -Infinity : f32.load(p.bound + ((<usize>block) << 2));
  const row = block < 0 ? 0x7fffffff : i32.load(p.leading + ((<usize>block) << 2));
  for (let slot = 0; slot < p.slots; slot++) {
    const note = noteAt(p, slot);
    if (i32.load(note) < 0) continue;
    const held = f32.load(note, 4);
    if (held > bound || (held == bound && i32.load(note, 8) < row)) return slot;
  }
  return -1;
}

/**
 * Looks a while at a slot: 0 if no job came, block + 1, or -1 to leave. One load in the loop and nothing else: V8's
 * baseline compiler (node 20) never saw the slot change in a longer form of this loop.
 */
export function pollJob(p: GreedyBlock, slot: i32): i32 {
  const at = jobAt(p, slot);
  let left = 100;
  while (left > 0) {
    const job = atomic.load<i32>(at);
    if (job != 0) return job;
    left--;
  }
  return 0;
}

/** Sleeps until an empty slot has a job, a millisecond at most. */
export function sleepOn(p: GreedyBlock, slot: i32): void {
  atomic.wait<i32>(jobAt(p, slot), 0, 1000000);
}

/** Refreshes the block of a slot's job and clears the slot. */
export function serve(p: GreedyBlock, slot: i32, job: i32): void {
  const at = jobAt(p, slot);
  refresh(p, job - 1, i32.load(at, 4));
  atomic.store<i32>(at, 0);
  atomic.notify(at, 1);
}

/** Tells every helper to leave. */
export function dismiss(p: GreedyBlock): void {
  for (let slot = 0; slot < p.slots; slot++) {
    atomic.store<i32>(jobAt(p, slot), -1);
    atomic.notify(jobAt(p, slot), 1);
  }
}

/**
 * Goes on choosing until `target` centres stand or about `budget` refreshes were done; returns the count so far. Helpers
 * refresh the next best stale blocks meanwhile, which is never wrong; the leader waits for one only where its block
 * could hold the next centre.
 */
export function select(p: GreedyBlock, target: i32, budget: i32): i32 {
  const tree = p.tree;
  const applied = p.applied;
  let left = budget;
  while (p.count < target && left > 0) {
    const count = p.count;
    const block = i32.load(tree, 4);
    if (block >= 0 && i32.load(applied + ((<usize>block) << 2)) != count) {
      replay(p, block, -1);
      lend(p, count);
      p.full = p.full + refresh(p, block, count);
      replay(p, block, block);
      collect(p, -1);
      left--;
      continue;
    }
    const slot = contender(p, block);
    if (slot >= 0) {
      collect(p, slot);
      continue;
    }
    choose(p, block);
  }
  for (let slot = 0; slot < p.slots; slot++) collect(p, slot);
  return p.count;
}

/** Root-free starting anchors: for blocks [from, to), adds to `sum` the distances of each row to centre slot 0. */
export function addDistances(p: GreedyBlock, from: i32, to: i32, centre: usize, sum: usize): void {
  const d = p.d;
  for (let block = from; block < to; block++) addBlockDistances(p, block, d, centre, sum);
}

function addBlockDistances(p: GreedyBlock, block: i32, d: usize, centre: usize, sum: usize): void {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let panel = p.panels + ((<usize>block * d) << 5);
  const end = centre + (d << 2);
  for (let c = centre; c < end; c += 4) {
    const x = v128.load32_splat(c);
    const d0 = f32x4.sub(v128.load(panel), x);
    const d1 = f32x4.sub(v128.load(panel, 16), x);
    s0 = f32x4.add(s0, f32x4.mul(d0, d0));
    s1 = f32x4.add(s1, f32x4.mul(d1, d1));
    panel += 32;
  }
  const at = sum + ((<usize>block) << 5);
  v128.store(at, f32x4.add(v128.load(at), f32x4.sqrt(s0)));
  v128.store(at, f32x4.add(v128.load(at, 16), f32x4.sqrt(s1)), 16);
}

/**
 * For rows that lie in several arenas: refreshes blocks until the one on top is fresh (1), or its bound falls below another arena's or
 * `budget` refreshes are done (0).
 */
export function settle(p: GreedyBlock, least: f32, budget: i32): i32 {
  const tree = p.tree;
  const count = p.count;
  for (let left = budget; left > 0; left--) {
    const block = i32.load(tree, 4);
    if (i32.load(p.applied + ((<usize>block) << 2)) == count) return 1;
    if (f32.load(p.bound + ((<usize>block) << 2)) < least) return 0;
    refresh(p, block, count);
    replay(p, block, block);
  }
  return 0;
}

/** Makes the greatest row of the block on top, which must be fresh, a centre. */
export function chooseTop(p: GreedyBlock): void {
  choose(p, i32.load(p.tree, 4));
}
