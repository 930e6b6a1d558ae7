import { TILE } from './tiles.js';

/** Neighbours of a query at most: the list lies in the workgroup's memory. */
export const MOST_NEIGHBOURS = 32;
/** Dimensions that a workgroup's memory holds of a query. */
export const MOST_DIMENSIONS = 2048;
/** Most that products of 1,024 dimensions are off by, relative to the sum of the squared norms; ten times what was seen. */
export const SLACK = 1e-5;
/** Beyond every squared distance: rows that are none. */
export const FAR = 3e38;
/** Vectors of four that a thread's products take from the workgroup's memory at a time. */
const AHEAD = 2;
/** Queries and rows of a thread: 8 × 8 of a tile's 128 × 128. */
const OWN = 8;
const SIDE = TILE / OWN;
const numbers = Array.from({ length: OWN }, (_, i) => i);
const each = (line: (i: number) => string): string => numbers.map(line).join('\n');
const both = (line: (i: number, j: number) => string): string => each((i) => each((j) => line(i, j)));
const MASK = `
@group(0) @binding(5) var<storage, read> groups: array<u32>;
@group(0) @binding(6) var<storage, read> own: array<u32>;`;
const value = (masked: boolean, i: number, j: number): string => {
  const plain = `c${j} - 2 * s${i}_${j}`;
  return masked ? `select(${plain}, ${FAR}, g${j} == o${i})` : plain;
};

/**
 * The least of |b|² − 2 q·b over each tile of 128 bank rows, for 128 queries a workgroup: [queries × tiles]. A product of 8 × 8 a
 * thread; reads (128 + 128)·d·4 bytes for 2·128·128·d operations, writes 512 bytes.
 * @param masked rows of a query's own group are none: `groups` of the bank's rows and `own` of all queries, from the shape's `query` on.
 */
export const tileMinima = (masked: boolean): string => `
struct Shape { tiles: u32, first: u32, d4: u32, queries: u32, queryTile: u32${masked ? ', query: u32' : ''} }
@group(0) @binding(0) var<storage, read> queries: array<vec4f>;
@group(0) @binding(1) var<storage, read> bank: array<vec4f>;
@group(0) @binding(2) var<storage, read> squares: array<f32>;
@group(0) @binding(3) var<storage, read_write> minima: array<f32>;
@group(0) @binding(4) var<storage, read> shape: Shape;
${masked ? MASK : ''}
var<workgroup> left: array<vec4f, ${AHEAD * TILE}>;
var<workgroup> right: array<vec4f, ${AHEAD * TILE}>;
var<workgroup> least: array<f32, ${TILE * SIDE}>;

@compute @workgroup_size(${SIDE * SIDE})
fn tileMinima(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let x = lane % ${SIDE};
  let y = lane / ${SIDE};
  let d4 = shape.d4;
  ${both((i, j) => `var s${i}_${j} = 0f;`)}
  for (var k0 = 0u; k0 < d4; k0 += ${AHEAD}) {
    workgroupBarrier();
    for (var i = lane; i < ${AHEAD * TILE}; i += ${SIDE * SIDE}) {
      let k = k0 + i / ${TILE};
      let inside = k < d4;
      let row = i % ${TILE};
      left[i] = select(vec4f(0), queries[((shape.queryTile + group.y) * d4 + min(k, d4 - 1)) * ${TILE} + row], inside);
      right[i] = select(vec4f(0), bank[(group.x * d4 + min(k, d4 - 1)) * ${TILE} + row], inside);
    }
    workgroupBarrier();
    for (var k = 0u; k < ${AHEAD}; k++) {
      ${each((i) => `let q${i} = left[k * ${TILE} + ${i * SIDE} + y]; let b${i} = right[k * ${TILE} + ${i * SIDE} + x];`)}
      ${both((i, j) => `s${i}_${j} += dot(q${i}, b${j});`)}
    }
  }
  let tile = shape.first + group.x;
  ${each((j) => `let c${j} = squares[tile * ${TILE} + ${j * SIDE} + x];`)}
  ${masked ? each((j) => `let g${j} = groups[tile * ${TILE} + ${j * SIDE} + x];`) : ''}
  ${masked ? each((i) => `let o${i} = own[min(shape.query + group.y * ${TILE} + ${i * SIDE} + y, arrayLength(&own) - 1)];`) : ''}
  ${each((i) => `var m${i} = ${value(masked, i, 0)};`)}
  ${both((i, j) => (j === 0 ? '' : `m${i} = min(m${i}, ${value(masked, i, j)});`))}
  ${each((i) => `least[(${i * SIDE} + y) * ${SIDE} + x] = m${i};`)}
  workgroupBarrier();
  let query = group.y * ${TILE} + lane;
  if (lane >= ${TILE} || query >= shape.queries) { return; }
  var all = least[lane * ${SIDE}];
  for (var i = 1u; i < ${SIDE}; i++) { all = min(all, least[lane * ${SIDE} + i]); }
  minima[query * shape.tiles + tile] = all;
}
`;

/** The least value of a workgroup's threads, the lowest place of equals, into the first of `values` and `places`. */
export const SMALLEST: string = `
var<workgroup> values: array<f32, ${TILE}>;
var<workgroup> places: array<u32, ${TILE}>;

fn nearer(a: f32, rowA: u32, b: f32, rowB: u32) -> bool { return a < b || (a == b && rowA < rowB); }

/** The least value, the lowest place of equals, into the first of \`values\` and \`places\`. */
fn smallest(lane: u32, value: f32, place: u32) {
  workgroupBarrier();
  values[lane] = value;
  places[lane] = place;
  for (var half = ${TILE / 2}u; half > 0; half /= 2) {
    workgroupBarrier();
    if (lane < half && nearer(values[lane + half], places[lane + half], values[lane], places[lane])) {
      values[lane] = values[lane + half];
      places[lane] = places[lane + half];
    }
  }
  workgroupBarrier();
}
`;

/**
 * The k nearest rows of a part of the bank, added to those known, by direct differences: a workgroup a query, a thread a row. The k
 * nearest lie in tiles whose least value is at most the k-th smallest of all tiles, but for the products' rounding, which `slack`
 * times the squared norms covers: about k tiles a query are read, 512·d bytes each.
 */
export const nearestKernel = (d4: number, k: number): string => `
struct Shape { tiles: u32, first: u32, own: u32, rows: u32, queryTile: u32, query: u32, slack: f32 }
struct Found { squared: f32, row: u32 }
@group(0) @binding(0) var<storage, read> queries: array<vec4f>;
@group(0) @binding(1) var<storage, read> bank: array<vec4f>;
@group(0) @binding(2) var<storage, read> greatest: array<f32>;
@group(0) @binding(3) var<storage, read> minima: array<f32>;
@group(0) @binding(4) var<storage, read> shape: Shape;
@group(0) @binding(5) var<storage, read_write> found: array<Found>;
const NONE = 0xffffffffu;
const FAR = ${FAR}f;
var<workgroup> query: array<vec4f, ${d4}>;
var<workgroup> list: array<Found, ${k}>;
var<workgroup> cut: f32;
var<workgroup> more: u32;

${SMALLEST}
@compute @workgroup_size(${TILE})
fn nearest(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let q = group.x;
  var norm = 0f;
  for (var i = lane; i < ${d4}; i += ${TILE}) {
    let four = queries[((shape.queryTile + q / ${TILE}) * ${d4} + i) * ${TILE} + q % ${TILE}];
    query[i] = four;
    norm += dot(four, four);
  }
  for (var i = lane; i < ${k}; i += ${TILE}) { list[i] = found[(shape.query + q) * ${k} + i]; }
  values[lane] = norm;
  workgroupBarrier();
  if (lane == 0) {
    var sum = 0f;
    for (var i = 0u; i < ${TILE}; i++) { sum += values[i]; }
    more = bitcast<u32>(sum);
  }
  let slack = shape.slack * (bitcast<f32>(workgroupUniformLoad(&more)) + greatest[0]);
  var last = -FAR;
  var lastTile = 0u;
  for (var i = 0u; i < ${k}; i++) {
    var value = FAR;
    var tile = NONE;
    for (var t = lane; t < shape.tiles; t += ${TILE}) {
      let own = minima[q * shape.tiles + t];
      if ((i == 0 || nearer(last, lastTile, own, t)) && nearer(own, t, value, tile)) { value = own; tile = t; }
    }
    smallest(lane, value, tile);
    last = values[0];
    lastTile = places[0];
  }
  if (lane == 0) { cut = last + slack; }
  let limit = workgroupUniformLoad(&cut);
  for (var t = 0u; t < shape.own; t++) {
    if (minima[q * shape.tiles + shape.first + t] > limit) { continue; }
    let row = (shape.first + t) * ${TILE} + lane;
    var sums = vec4f(0);
    for (var i = 0u; i < ${d4}; i++) {
      let e = bank[(t * ${d4} + i) * ${TILE} + lane] - query[i];
      sums += e * e;
    }
    var own = sums.x + sums.y + (sums.z + sums.w);
    if (row >= shape.rows) { own = FAR; }
    for (var i = 0u; i < ${k}; i++) {
      smallest(lane, own, row);
      if (lane == 0) {
        more = 0;
        let value = values[0];
        let best = places[0];
        if (value < FAR && nearer(value, best, list[${k - 1}].squared, list[${k - 1}].row)) {
          var at = ${k - 1}u;
          while (at > 0 && nearer(value, best, list[at - 1].squared, list[at - 1].row)) { list[at] = list[at - 1]; at--; }
          list[at] = Found(value, best);
          more = 1;
        }
      }
      if (workgroupUniformLoad(&more) == 0) { break; }
      if (places[0] == row) { own = FAR; }
    }
  }
  workgroupBarrier();
  for (var i = lane; i < ${k}; i += ${TILE}) { found[(shape.query + q) * ${k} + i] = list[i]; }
}
`;
