import { TILE } from './tiles.js';

/** Patches of a distance kernel's workgroup on each side, and pairs of a thread on each side. */
export const PAIRS = 64;
const OWN = 4;
const SIDE = PAIRS / OWN;
/** Vectors of four that lie in the workgroup's memory at a time. */
const AHEAD = 4;
const numbers = Array.from({ length: OWN }, (_, i) => i);
const each = (line: (i: number) => string): string => numbers.map(line).join('\n');
const both = (line: (i: number, j: number) => string): string => each((i) => each((j) => line(i, j)));

/** Sizes that all kernels of a block of positions read: `n` images, `first` position of `block`, `positions` of the grid. */
const SHAPE = `
struct Shape { n: u32, d4: u32, first: u32, block: u32, positions: u32, firstTile: u32, rows: u32, spare: u32 }
`;

/** Rows of a part to [block × d4 × images] vectors of four, position by position: moves each once. */
export const BY_POSITION: string = `${SHAPE}
@group(0) @binding(0) var<storage, read> rows: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> points: array<vec4f>;
@group(0) @binding(2) var<storage, read> shape: Shape;

@compute @workgroup_size(${TILE})
fn byPosition(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = (shape.firstTile + group.x) * ${TILE} + lane;
  let place = row % shape.positions;
  if (row >= shape.rows || place < shape.first || place >= shape.first + shape.block) { return; }
  let k = group.y;
  points[((place - shape.first) * shape.d4 + k) * shape.n + row / shape.positions] =
    rows[(group.x * shape.d4 + k) * ${TILE} + lane];
}
`;

/**
 * Squared distances of the patches at each position, [block × images × images], by direct differences summed in the order of the
 * dimensions: 64 × 64 pairs a workgroup, 4 × 4 a thread. Reads 2·64·d·4 bytes for 3·64·64·d operations, writes 16 KiB.
 */
export const DISTANCES: string = `${SHAPE}
@group(0) @binding(0) var<storage, read> points: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> squared: array<f32>;
@group(0) @binding(2) var<storage, read> shape: Shape;
var<workgroup> left: array<vec4f, ${AHEAD * PAIRS}>;
var<workgroup> right: array<vec4f, ${AHEAD * PAIRS}>;

@compute @workgroup_size(${SIDE * SIDE})
fn distances(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let x = lane % ${SIDE};
  let y = lane / ${SIDE};
  let own = lane % ${PAIRS};
  let i0 = min(group.y * ${PAIRS} + own, shape.n - 1);
  let j0 = min(group.x * ${PAIRS} + own, shape.n - 1);
  ${both((i, j) => `var s${i}_${j} = 0f;`)}
  for (var k0 = 0u; k0 < shape.d4; k0 += ${AHEAD}) {
    workgroupBarrier();
    let k = k0 + lane / ${PAIRS};
    let at = (group.z * shape.d4 + min(k, shape.d4 - 1)) * shape.n;
    left[lane] = select(vec4f(0), points[at + i0], k < shape.d4);
    right[lane] = select(vec4f(0), points[at + j0], k < shape.d4);
    workgroupBarrier();
    for (var k = 0u; k < ${AHEAD}; k++) {
      ${each((i) => `let a${i} = left[k * ${PAIRS} + ${i * SIDE} + y]; let b${i} = right[k * ${PAIRS} + ${i * SIDE} + x];`)}
      ${both((i, j) => `{ let e = a${i} - b${j}; s${i}_${j} += e.x * e.x; s${i}_${j} += e.y * e.y; s${i}_${j} += e.z * e.z; s${i}_${j} += e.w * e.w; }`)}
    }
  }
  ${both(
    (i, j) => `{
    let row = group.y * ${PAIRS} + ${i * SIDE} + y;
    let column = group.x * ${PAIRS} + ${j * SIDE} + x;
    if (row < shape.n && column < shape.n) { squared[(group.z * shape.n + row) * shape.n + column] = s${i}_${j}; }
  }`,
  )}
}
`;

/**
 * The k nearest others of each patch at its position, nearest first, ties to the lower image: [block × k × images] images and
 * distances. Or, \`tensorForm\`, the k + 1 nearest with the patch itself, less the first. A thread a patch; the matrix is symmetric, so
 * its columns are read, neighbours beside each other.
 */
export const nearestOthersKernel = (k: number, tensorForm: boolean): string => {
  const wide = tensorForm ? k + 1 : k;
  const first = tensorForm ? 1 : 0;
  return `${SHAPE}
@group(0) @binding(0) var<storage, read> squared: array<f32>;
@group(0) @binding(1) var<storage, read_write> near: array<u32>;
@group(0) @binding(2) var<storage, read_write> far: array<f32>;
@group(0) @binding(3) var<storage, read> shape: Shape;

@compute @workgroup_size(64)
fn nearestOthers(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  let p = id.y;
  let n = shape.n;
  if (i >= n) { return; }
  var values: array<f32, ${wide}>;
  var places: array<u32, ${wide}>;
  for (var j = 0u; j < ${wide}; j++) { values[j] = 3e38; }
  for (var j = 0u; j < n; j++) {
    let own = squared[(p * n + j) * n + i];
    if (!(own < values[${wide - 1}])${tensorForm ? '' : ' || j == i'}) { continue; }
    var at = ${wide - 1}u;
    while (at > 0 && values[at - 1] > own) { values[at] = values[at - 1]; places[at] = places[at - 1]; at--; }
    values[at] = own;
    places[at] = j;
  }
  for (var j = 0u; j < ${k}; j++) {
    near[(p * ${k} + j) * n + i] = places[j + ${first}];
    far[(p * ${k} + j) * n + i] = sqrt(values[j + ${first}])${tensorForm ? ' + 1e-6' : ''};
  }
}
`;
};

/** LOF's local densities, then its factors, or 1 + the distance to the nearest: weights [images × positions]. */
export const factorsKernel = (k: number, tensorForm: boolean): string => `${SHAPE}
@group(0) @binding(0) var<storage, read> near: array<u32>;
@group(0) @binding(1) var<storage, read> far: array<f32>;
@group(0) @binding(2) var<storage, read_write> density: array<f32>;
@group(0) @binding(3) var<storage, read_write> weights: array<f32>;
@group(0) @binding(4) var<storage, read> shape: Shape;

@compute @workgroup_size(64)
fn densities(@builtin(global_invocation_id) id: vec3u) {
  // So that all three have the same bindings.
  _ = weights[0];
  let n = shape.n;
  if (id.x >= n) { return; }
  var sum = 0f;
  for (var j = 0u; j < ${k}; j++) {
    let at = (id.y * ${k} + j) * n + id.x;
    sum += max(far[(id.y * ${k} + ${k - 1}) * n + near[at]], far[at]);
  }
  density[id.y * n + id.x] = 1 / (sum / ${k}${tensorForm ? '' : ' + 1e-10'});
}

@compute @workgroup_size(64)
fn factors(@builtin(global_invocation_id) id: vec3u) {
  _ = far[0];
  let n = shape.n;
  if (id.x >= n) { return; }
  var sum = 0f;
  for (var j = 0u; j < ${k}; j++) { sum += density[id.y * n + near[(id.y * ${k} + j) * n + id.x]]; }
  let factor = sum / ${k} / density[id.y * n + id.x];
  weights[id.x * shape.positions + shape.first + id.y] = ${tensorForm ? 'min(factor, 1e6)' : 'factor'};
}

@compute @workgroup_size(64)
fn nearest(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= shape.n) { return; }
  _ = near[0];
  density[id.y * shape.n + id.x] = 0;
  weights[id.x * shape.positions + shape.first + id.y] = 1 + far[id.y * ${k} * shape.n + id.x];
}
`;
