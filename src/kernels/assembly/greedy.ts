import { GreedyBlock } from './blocks';

// Greedy k-centre selection, exact and lazy (docs/methods.md 3.2). Rows lie in blocks of 8, each block a panel [d × 8].
// Every block has an upper bound on its rows' distance to the chosen centres, from its last refresh: distances only
// fall, so a stale bound stays valid. The block with the greatest bound is refreshed, or, if it is fresh, gives the
// next centre. A refresh first bounds each pending centre from below in few dimensions and computes the full distance
// only where some row of the block could come closer. Ties go to the lowest row.

// A helper's job slot, 64 bytes apart: what to do (block + 1, or -1 to leave) and the count of centres to apply.
const SLOT: usize = 64;

function limitOf(distance: v128, slack: v128, margin: v128): v128 {
  const root = f32x4.add(f32x4.sqrt(distance), slack);
  return f32x4.add(f32x4.mul(f32x4.mul(root, root), f32x4.splat(1.00001)), margin);
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
  const margin = f32x4.splat(p.margin);
  v128.store(limitAt, limitOf(new0, slack, margin));
  v128.store(limitAt, limitOf(new1, slack, margin), 16);
}

/** Lower bounds of 4 centres × 8 rows in the reduced dimensions, then full distances where a row could come closer. */
function applyGroup(p: GreedyBlock, block: i32, group: i32, count: i32): i32 {
  const r = p.r;
  let pa = p.reducedCentres + ((<usize>group * r) << 4);
  let pb = p.reducedPanels + ((<usize>block * r) << 5);
  const end = pa + (r << 4);
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0);
  let c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0);
  let c31 = f32x4.splat(0);
  while (pa < end) {
    const b0 = v128.load(pb);
    const b1 = v128.load(pb, 16);
    let x = v128.load32_splat(pa);
    c00 = f32x4.add(c00, f32x4.mul(x, b0));
    c01 = f32x4.add(c01, f32x4.mul(x, b1));
    x = v128.load32_splat(pa, 4);
    c10 = f32x4.add(c10, f32x4.mul(x, b0));
    c11 = f32x4.add(c11, f32x4.mul(x, b1));
    x = v128.load32_splat(pa, 8);
    c20 = f32x4.add(c20, f32x4.mul(x, b0));
    c21 = f32x4.add(c21, f32x4.mul(x, b1));
    x = v128.load32_splat(pa, 12);
    c30 = f32x4.add(c30, f32x4.mul(x, b0));
    c31 = f32x4.add(c31, f32x4.mul(x, b1));
    pa += 16;
    pb += 32;
  }
  const limitAt = p.limit + ((<usize>block) << 5);
  const l0 = v128.load(limitAt);
  const l1 = v128.load(limitAt, 16);
  const first = group << 2;
  let full = 0;
  if (v128.any_true(v128.or(f32x4.le(c00, l0), f32x4.le(c01, l1)))) {
    applyCentre(p, block, first);
    full++;
  }
  if (first + 1 < count && v128.any_true(v128.or(f32x4.le(c10, l0), f32x4.le(c11, l1)))) {
    applyCentre(p, block, first + 1);
    full++;
  }
  if (first + 2 < count && v128.any_true(v128.or(f32x4.le(c20, l0), f32x4.le(c21, l1)))) {
    applyCentre(p, block, first + 2);
    full++;
  }
  if (first + 3 < count && v128.any_true(v128.or(f32x4.le(c30, l0), f32x4.le(c31, l1)))) {
    applyCentre(p, block, first + 3);
    full++;
  }
  return full;
}

/** Applies every pending centre to a block and sets its bound anew. */
function refresh(p: GreedyBlock, block: i32, count: i32): i32 {
  const appliedAt = p.applied + ((<usize>block) << 2);
  let full = 0;
  for (let group = i32.load(appliedAt) >> 2; group << 2 < count; group++) full += applyGroup(p, block, group, count);
  i32.store(appliedAt, count);
  setBound(p, block);
  return full;
}

function setBound(p: GreedyBlock, block: i32): void {
  const at = p.distance + ((<usize>block) << 5);
  let most = f32.load(at);
  for (let lane: usize = 1; lane < 8; lane++) most = max(most, f32.load(at + (lane << 2)));
  f32.store(p.bound + ((<usize>block) << 2), most);
}

/** The winner of two blocks: the greater bound, of equals the lower block. -1 stands for none. */
function winner(p: GreedyBlock, a: i32, b: i32): i32 {
  if (b < 0) return a;
  if (a < 0) return b;
  const bound = p.bound;
  const x = f32.load(bound + ((<usize>a) << 2));
  const y = f32.load(bound + ((<usize>b) << 2));
  return x > y || (x == y && a < b) ? a : b;
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

/** Sets every bound and limit from the rows' distances and builds the tournament tree. */
export function build(p: GreedyBlock): void {
  const blocks = p.blocks;
  const leaves = p.leaves;
  const tree = p.tree;
  const slack = f32x4.splat(p.slack);
  const margin = f32x4.splat(p.margin);
  for (let block = 0; block < blocks; block++) {
    const at = p.distance + ((<usize>block) << 5);
    const limitAt = p.limit + ((<usize>block) << 5);
    const none = f32x4.splat(0);
    v128.store(limitAt, limitOf(f32x4.pmax(none, v128.load(at)), slack, margin));
    v128.store(limitAt, limitOf(f32x4.pmax(none, v128.load(at, 16)), slack, margin), 16);
    setBound(p, block);
  }
  for (let leaf = 0; leaf < leaves; leaf++) {
    i32.store(tree + ((<usize>(leaves + leaf)) << 2), leaf < blocks ? leaf : -1);
  }
  for (let node = <usize>leaves - 1; node > 0; node--) {
    i32.store(tree + (node << 2), winner(p, i32.load(tree + (node << 3)), i32.load(tree + (node << 3) + 4)));
  }
}

/** Makes the row a centre: its vector joins the list in both forms. */
function choose(p: GreedyBlock, block: i32, lane: usize): void {
  const count = p.count;
  const d = p.d;
  const r = p.r;
  const panel = p.panels + ((<usize>block * d) << 5) + (lane << 2);
  const centre = p.centres + ((<usize>count * d) << 2);
  for (let i: usize = 0; i < d; i++) f32.store(centre + (i << 2), f32.load(panel + (i << 5)));
  // The centre's reduced form is [-2c, 1, |c|²] where rows hold [x, |x|², 1]: their product is the squared distance.
  const from = p.reducedPanels + ((<usize>block * r) << 5) + (lane << 2);
  const to = p.reducedCentres + ((<usize>(count >> 2) * r) << 4) + ((<usize>(count & 3)) << 2);
  const own = r - 2;
  for (let i: usize = 0; i < own; i++) f32.store(to + (i << 4), <f32>-2 * f32.load(from + (i << 5)));
  f32.store(to + (own << 4), 1);
  f32.store(to + ((own + 1) << 4), f32.load(from + (own << 5)));
  i32.store(p.picks + ((<usize>count) << 2), (block << 3) + <i32>lane);
  p.count = count + 1;
}

/** Hands a block to a helper. */
function hand(p: GreedyBlock, helper: i32, block: i32): void {
  const slot = p.jobs + <usize>helper * SLOT;
  i32.store(slot, p.count, 4);
  atomic.store<i32>(slot, block + 1);
  atomic.notify(slot, 1);
}

/**
 * Waits a while for a helper's job: 0 if none came, block + 1, or -1 to leave. One load in the loop and nothing else:
 * V8's baseline compiler (node 20) never saw the slot change in a longer form of this loop.
 */
export function awaitJob(p: GreedyBlock, helper: i32): i32 {
  const slot = p.jobs + <usize>helper * SLOT;
  let left = 4000;
  while (left > 0) {
    const job = atomic.load<i32>(slot);
    if (job != 0) return job;
    left--;
  }
  atomic.wait<i32>(slot, 0, 1000000);
  return atomic.load<i32>(slot);
}

/** Refreshes the helper's block and clears its slot. */
export function serve(p: GreedyBlock, helper: i32, job: i32): void {
  const slot = p.jobs + <usize>helper * SLOT;
  refresh(p, job - 1, i32.load(slot, 4));
  atomic.store<i32>(slot, 0);
  atomic.notify(slot, 1);
}

/** Tells every helper to leave. */
export function dismiss(p: GreedyBlock): void {
  const helpers = p.helpers;
  for (let h = 0; h < helpers; h++) {
    const slot = p.jobs + <usize>h * SLOT;
    atomic.store<i32>(slot, -1);
    atomic.notify(slot, 1);
  }
}

function awaitHelper(p: GreedyBlock, helper: i32): void {
  const slot = p.jobs + <usize>helper * SLOT;
  let left = 20000;
  while (atomic.load<i32>(slot) != 0) {
    left--;
    if (left < 0) {
      const job = atomic.load<i32>(slot);
      if (job != 0) atomic.wait<i32>(slot, job, 1000000);
    }
  }
}

/** Goes on choosing until `target` centres stand or about `budget` refreshes were done; returns the count so far. */
export function select(p: GreedyBlock, target: i32, budget: i32): i32 {
  const tree = p.tree;
  const helpers = p.helpers;
  const applied = p.applied;
  const taken = p.jobs + <usize>helpers * SLOT;
  let left = budget;
  while (p.count < target && left > 0) {
    const count = p.count;
    const block = i32.load(tree, 4);
    if (i32.load(applied + ((<usize>block) << 2)) == count) {
      const at = p.distance + ((<usize>block) << 5);
      const bound = f32.load(p.bound + ((<usize>block) << 2));
      let lane: usize = 0;
      while (f32.load(at + (lane << 2)) != bound) lane++;
      choose(p, block, lane);
      continue;
    }
    // The next best stale blocks go to the helpers meanwhile; refreshing early is never wrong.
    let handed = 0;
    while (handed < helpers) {
      const out = handed == 0 ? block : i32.load(taken + ((<usize>(handed - 1)) << 2));
      replay(p, out, -1);
      const next = i32.load(tree, 4);
      if (next < 0 || i32.load(applied + ((<usize>next) << 2)) == count) {
        replay(p, out, out);
        break;
      }
      i32.store(taken + ((<usize>handed) << 2), next);
      hand(p, handed, next);
      handed++;
    }
    p.full = p.full + refresh(p, block, count);
    for (let h = 0; h < handed; h++) awaitHelper(p, h);
    replay(p, block, block);
    for (let h = 0; h < handed; h++) {
      const other = i32.load(taken + ((<usize>h) << 2));
      replay(p, other, other);
    }
    left -= 1 + handed;
  }
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
