import { FAR, SMALLEST } from './search-kernel.js';
import { TILE } from './tiles.js';

/**
 * The nearest row in each of the m nearest groups of a part of the bank, added to those known, by direct differences: a workgroup a
 * query, a thread a row, rows sorted by group. Least values of tiles that share no group come from different groups, so that the m-th
 * smallest of such is no less than the distance to the m-th nearest group; only tiles below it (but for the products' rounding, which
 * `slack` times the squared norms covers) are read, 512·d bytes each: about m a query. What was found meanwhile lowers the bound.
 * Rows of the query's own group are none.
 */
export const nearestGroupsKernel = (d4: number, m: number): string => `
struct Shape { tiles: u32, first: u32, own: u32, rows: u32, queryTile: u32, query: u32, place: u32, slack: f32 }
struct Found { squared: f32, row: u32 }
@group(0) @binding(0) var<storage, read> queries: array<vec4f>;
@group(0) @binding(1) var<storage, read> bank: array<vec4f>;
@group(0) @binding(2) var<storage, read> greatest: array<f32>;
@group(0) @binding(3) var<storage, read> minima: array<f32>;
@group(0) @binding(4) var<storage, read> shape: Shape;
@group(0) @binding(5) var<storage, read_write> found: array<Found>;
@group(0) @binding(6) var<storage, read> groups: array<u32>;
@group(0) @binding(7) var<storage, read> own: array<u32>;
const NONE = 0xffffffffu;
const FAR = ${FAR}f;
var<workgroup> query: array<vec4f, ${d4}>;
var<workgroup> list: array<Found, ${m}>;
var<workgroup> listed: array<u32, ${m}>;
var<workgroup> taken: array<vec2u, ${m}>;
var<workgroup> cut: f32;
var<workgroup> handled: u32;
${SMALLEST}
fn groupsOf(tile: u32) -> vec2u {
  return vec2u(groups[tile * ${TILE}], groups[min(tile * ${TILE} + ${TILE - 1}, shape.rows - 1)]);
}

/** Puts the row in its place, where it is nearer than the one listed of its group. */
fn enlist(value: f32, row: u32, group: u32) {
  var at = ${m - 1}u;
  for (var i = 0u; i < ${m}; i++) {
    if (listed[i] == group) { at = i; }
  }
  if (!nearer(value, row, list[at].squared, list[at].row)) { return; }
  while (at > 0 && nearer(value, row, list[at - 1].squared, list[at - 1].row)) {
    list[at] = list[at - 1];
    listed[at] = listed[at - 1];
    at--;
  }
  list[at] = Found(value, row);
  listed[at] = group;
}

@compute @workgroup_size(${TILE})
fn nearestGroups(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let q = id.x;
  let place = (shape.place + q) * ${m};
  let mine = own[shape.query + q];
  var norm = 0f;
  for (var i = lane; i < ${d4}; i += ${TILE}) {
    let four = queries[((shape.queryTile + q / ${TILE}) * ${d4} + i) * ${TILE} + q % ${TILE}];
    query[i] = four;
    norm += dot(four, four);
  }
  for (var i = lane; i < ${m}; i += ${TILE}) {
    list[i] = Found(FAR, NONE);
    listed[i] = NONE;
    if (shape.first > 0) { list[i] = found[place + i]; }
    if (list[i].squared < FAR) { listed[i] = groups[list[i].row]; }
  }
  values[lane] = norm;
  workgroupBarrier();
  if (lane == 0) {
    var sum = 0f;
    for (var i = 0u; i < ${TILE}; i++) { sum += values[i]; }
    cut = sum;
  }
  let square = workgroupUniformLoad(&cut);
  let slack = shape.slack * (square + greatest[0]);
  var last = FAR;
  for (var i = 0u; i < ${m}; i++) {
    var value = FAR;
    var tile = NONE;
    for (var t = lane; t < shape.tiles; t += ${TILE}) {
      let least = minima[q * shape.tiles + t];
      if (least >= FAR || !nearer(least, t, value, tile)) { continue; }
      let held = groupsOf(t);
      var apart = true;
      for (var j = 0u; j < i; j++) {
        if (held.x <= taken[j].y && taken[j].x <= held.y) { apart = false; }
      }
      if (apart) { value = least; tile = t; }
    }
    smallest(lane, value, tile);
    last = values[0];
    if (lane == 0) {
      taken[i] = vec2u(NONE, 0);
      if (last < FAR) { taken[i] = groupsOf(places[0]); }
    }
    workgroupBarrier();
  }
  if (lane == 0) { cut = min(last, list[${m - 1}].squared - square) + slack; }
  var limit = workgroupUniformLoad(&cut);
  for (var t = 0u; t < shape.own; t++) {
    let least = minima[q * shape.tiles + shape.first + t];
    if (least > limit || least >= FAR) { continue; }
    let row = (shape.first + t) * ${TILE} + lane;
    var sums = vec4f(0);
    for (var i = 0u; i < ${d4}; i++) {
      let e = bank[(t * ${d4} + i) * ${TILE} + lane] - query[i];
      sums += e * e;
    }
    let group = groups[row];
    var value = sums.x + sums.y + (sums.z + sums.w);
    if (row >= shape.rows || group == mine) { value = FAR; }
    for (var i = 0u; i < ${TILE}; i++) {
      smallest(lane, value, row);
      if (lane == 0) {
        handled = NONE;
        let best = places[0];
        if (values[0] < FAR && nearer(values[0], best, list[${m - 1}].squared, list[${m - 1}].row)) {
          handled = groups[best];
          enlist(values[0], best, handled);
        }
      }
      let done = workgroupUniformLoad(&handled);
      if (done == NONE) { break; }
      if (group == done) { value = FAR; }
    }
    if (lane == 0) { cut = min(limit, list[${m - 1}].squared - square + slack); }
    limit = workgroupUniformLoad(&cut);
  }
  workgroupBarrier();
  for (var i = lane; i < ${m}; i += ${TILE}) { found[place + i] = list[i]; }
}
`;
