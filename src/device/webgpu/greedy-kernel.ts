import { TILE } from './tiles.js';

/** Centres that a tile applies in one reading of its rows. */
const TOGETHER = 8;
/** Vectors of four of each centre that lie in the workgroup's memory at a time: one a thread. */
const AHEAD = TILE / TOGETHER;
const each = (line: (j: number) => string): string => Array.from({ length: TOGETHER }, (_, j) => line(j)).join('\n');

/**
 * Greedy selection's kernels (docs/gpu.md), for rows in tiles of 128, each tile a workgroup, each row a thread. A tile knows how far
 * its farthest row was when it last looked (`bound`) and how many centres it had seen; distances only fall, so an old bound stays one.
 * `refresh` brings those tiles up to date whose bound reaches the threshold: it reads the tile once for eight missed centres,
 * 16·d4·128 bytes, with direct differences summed in the order of the dimensions, as on threads. `choose` then takes the farthest
 * row of the fresh tiles if no stale bound reaches it, else lowers the threshold, and copies the taken row to the centres where it
 * lies in the first part; \`fetch\` does for the others. Now and then \`refresh\` brings all tiles up to date: one workgroup that has
 * missed thousands of centres would hold up a whole round.
 */
export const GREEDY: string = `
struct Tile { bound: f32, row: u32, seen: u32, spare: u32 }
struct State { picked: u32, wanted: u32, threshold: f32, share: f32, refreshed: atomic<u32>, rounds: u32 }
struct Shape { n: u32, d4: u32, first: u32, tiles: u32, starts: u32, masked: u32, all: u32, own: u32 }
@group(0) @binding(0) var<storage, read> rows: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> least: array<f32>;
@group(0) @binding(2) var<storage, read_write> tiles: array<Tile>;
@group(0) @binding(3) var<storage, read_write> centres: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> state: State;
@group(0) @binding(5) var<storage, read_write> picks: array<u32>;
@group(0) @binding(6) var<storage, read> kept: array<u32>;
@group(0) @binding(7) var<uniform> shape: Shape;

var<workgroup> nearby: array<vec4f, ${TILE}>;
var<workgroup> values: array<f32, 256>;
var<workgroup> places: array<u32, 256>;
var<workgroup> others: array<f32, 256>;
var<workgroup> todo: vec2u;

/** Squared distances of a row to eight centres from \`c\` on; those from \`end\` on are not meant. */
fn distances(tile: u32, lane: u32, c: u32, end: u32) -> array<f32, ${TOGETHER}> {
  ${each((j) => `var s${j} = 0f;`)}
  for (var k0 = 0u; k0 < shape.d4; k0 += ${AHEAD}) {
    let mine = c + lane / ${AHEAD};
    let k = k0 + lane % ${AHEAD};
    workgroupBarrier();
    nearby[lane] = vec4f(0);
    if (mine < end && k < shape.d4) { nearby[lane] = centres[mine * shape.d4 + k]; }
    workgroupBarrier();
    let last = min(${AHEAD}, shape.d4 - k0);
    for (var i = 0u; i < last; i++) {
      let x = rows[(tile * shape.d4 + k0 + i) * ${TILE} + lane];
      ${each((j) => `let e${j} = x - nearby[${j * AHEAD} + i]; s${j} += e${j}.x * e${j}.x; s${j} += e${j}.y * e${j}.y; s${j} += e${j}.z * e${j}.z; s${j} += e${j}.w * e${j}.w;`)}
    }
  }
  return array<f32, ${TOGETHER}>(${Array.from({ length: TOGETHER }, (_, j) => `s${j}`).join(', ')});
}

/** The farthest row of a tile, the lowest of equals, from each thread's own distance. */
fn summarise(tile: u32, lane: u32, own: f32, seen: u32) {
  values[lane] = own;
  places[lane] = lane;
  for (var half = ${TILE / 2}u; half > 0; half /= 2) {
    workgroupBarrier();
    if (lane < half && farther(values[lane + half], places[lane + half], values[lane], places[lane])) {
      values[lane] = values[lane + half];
      places[lane] = places[lane + half];
    }
  }
  if (lane == 0) { tiles[shape.first + tile] = Tile(values[0], (shape.first + tile) * ${TILE} + places[0], seen, 0); }
}

fn farther(a: f32, rowA: u32, b: f32, rowB: u32) -> bool { return a > b || (a == b && rowA < rowB); }

@compute @workgroup_size(${TILE})
fn start(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let tile = group.x;
  let row = (shape.first + tile) * ${TILE} + lane;
  var own = least[row];
  if (shape.starts > 0) {
    var sum = 0f;
    for (var c = 0u; c < shape.starts; c += ${TOGETHER}) {
      let found = distances(tile, lane, c, shape.starts);
      ${each((j) => `if (c + ${j} < shape.starts) { sum += sqrt(found[${j}]); }`)}
    }
    let mean = sum / f32(shape.starts);
    own = mean * mean;
  }
  if (row >= shape.n) { own = -1; } else if (shape.masked > 0 && kept[row] == 0) { own = 0; }
  least[row] = own;
  summarise(tile, lane, own, 0);
}

@compute @workgroup_size(${TILE})
fn refresh(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let tile = group.x;
  if (lane == 0) {
    let own = tiles[shape.first + tile];
    todo = vec2u(own.seen, select(own.seen, state.picked, (shape.all > 0 || own.bound >= state.threshold) && state.picked < state.wanted));
  }
  let range = workgroupUniformLoad(&todo);
  if (range.x >= range.y) { return; }
  let at = (shape.first + tile) * ${TILE} + lane;
  var own = least[at];
  for (var c = range.x; c < range.y; c += ${TOGETHER}) {
    let found = distances(tile, lane, c, range.y);
    ${each((j) => `if (c + ${j} < range.y) { own = min(own, found[${j}]); }`)}
  }
  least[at] = own;
  summarise(tile, lane, own, range.y);
  if (lane == 0 && shape.all == 0) { atomicAdd(&state.refreshed, 1); }
}

@compute @workgroup_size(256)
fn choose(@builtin(local_invocation_index) lane: u32) {
  let picked = state.picked;
  var best = -1f;
  var row = 0xffffffffu;
  var stale = -1f;
  for (var t = lane; t < shape.tiles; t += 256) {
    let own = tiles[t];
    if (own.seen < picked) { stale = max(stale, own.bound); }
    else if (farther(own.bound, own.row, best, row)) { best = own.bound; row = own.row; }
  }
  values[lane] = best;
  places[lane] = row;
  others[lane] = stale;
  for (var half = 128u; half > 0; half /= 2) {
    workgroupBarrier();
    if (lane < half) {
      others[lane] = max(others[lane], others[lane + half]);
      if (farther(values[lane + half], places[lane + half], values[lane], places[lane])) {
        values[lane] = values[lane + half];
        places[lane] = places[lane + half];
      }
    }
  }
  if (lane == 0) { decide(picked, values[0], places[0], others[0]); }
  copyTaken(workgroupUniformLoad(&todo), lane, 256);
}

/** Takes a row or lowers the threshold; \`todo\` says which row was taken, if any. */
fn decide(picked: u32, fresh: f32, row: u32, old: f32) {
  todo = vec2u(0, 0);
  if (picked >= state.wanted) { return; }
  state.rounds++;
  let count = atomicExchange(&state.refreshed, 0);
  if (count > 128) { state.share += (1 - state.share) * 0.1; } else if (count < 32) { state.share -= (1 - state.share) * 0.1; }
  state.share = clamp(state.share, 0.5, 0.99999);
  if (max(fresh, old) <= 0) {
    // Nothing is left at a distance: row 0 is repeated, as the authors' argmax does.
    for (var p = picked; p < state.wanted; p++) { picks[p] = 0; }
    state.picked = state.wanted;
  } else if (fresh > old) {
    picks[picked] = row;
    state.picked = picked + 1;
    state.threshold = fresh * state.share;
    todo = vec2u(picked + 1, row);
  } else {
    state.threshold = max(fresh, old * state.share);
  }
}

/** Copies row \`taken.y\`, the pick before \`taken.x\`, to the centres, if it lies in this part. */
fn copyTaken(taken: vec2u, lane: u32, lanes: u32) {
  let tile = taken.y / ${TILE};
  if (taken.x == 0 || tile < shape.first || tile >= shape.first + shape.own) { return; }
  for (var k = lane; k < shape.d4; k += lanes) {
    centres[(taken.x - 1) * shape.d4 + k] = rows[((tile - shape.first) * shape.d4 + k) * ${TILE} + taken.y % ${TILE}];
  }
}

@compute @workgroup_size(64)
fn fetch(@builtin(local_invocation_index) lane: u32) {
  if (state.picked > 0) { copyTaken(vec2u(state.picked, picks[state.picked - 1]), lane, 64); }
}
`;
