import { COVARIANCE_REGULARISATION } from '../../denoise/gaussian.js';

/** Threads of a position's workgroup. */
const LANES = 128;

/**
 * Gaussian weights, position by position: patches less their mean, in place; covariances (N − 1) with 0.01 on the diagonal,
 * [block × D × D] column by column; their Cholesky factors, in place; then y = L⁻¹δ, in place of δ, and 1 + |y|. In float32, where
 * threads use double precision; a pivot that is not positive gives NaN. Dimensions that only fill a vector are independent and 0.
 */
export const GAUSSIANS: string = `
struct Shape { n: u32, d4: u32, first: u32, block: u32, positions: u32, firstTile: u32, rows: u32, spare: u32 }
@group(0) @binding(0) var<storage, read_write> points: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> lower: array<f32>;
@group(0) @binding(2) var<storage, read_write> weights: array<f32>;
@group(0) @binding(3) var<storage, read> shape: Shape;
var<workgroup> pivot: f32;

@compute @workgroup_size(64)
fn centre(@builtin(global_invocation_id) id: vec3u) {
  _ = lower[0];
  _ = weights[0];
  if (id.x >= shape.d4) { return; }
  let at = (id.y * shape.d4 + id.x) * shape.n;
  var sum = vec4f(0);
  for (var i = 0u; i < shape.n; i++) { sum += points[at + i]; }
  let mean = sum / f32(shape.n);
  for (var i = 0u; i < shape.n; i++) { points[at + i] -= mean; }
}

// Sixteen entries a thread: four dimensions by four.
@compute @workgroup_size(8, 8)
fn covariance(@builtin(global_invocation_id) id: vec3u) {
  _ = weights[0];
  let d4 = shape.d4;
  if (id.x >= d4 || id.y >= d4) { return; }
  let a = (id.z * d4 + id.x) * shape.n;
  let b = (id.z * d4 + id.y) * shape.n;
  var sums = mat4x4f();
  for (var i = 0u; i < shape.n; i++) {
    let x = points[a + i];
    let y = points[b + i];
    sums[0] += x * y.x;
    sums[1] += x * y.y;
    sums[2] += x * y.z;
    sums[3] += x * y.w;
  }
  for (var c = 0u; c < 4; c++) {
    let column = 4 * id.y + c;
    for (var r = 0u; r < 4; r++) {
      let row = 4 * id.x + r;
      lower[(id.z * 4 * d4 + column) * 4 * d4 + row] =
        sums[c][r] / f32(shape.n - 1) + select(0f, ${COVARIANCE_REGULARISATION}f, row == column);
    }
  }
}

@compute @workgroup_size(${LANES})
fn cholesky(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  _ = points[0];
  _ = weights[0];
  let d = 4 * shape.d4;
  let base = group.x * d * d;
  for (var j = 0u; j < d; j++) {
    for (var row = j + lane; row < d; row += ${LANES}) {
      var sum = lower[base + j * d + row];
      for (var c = 0u; c < j; c++) { sum -= lower[base + c * d + row] * lower[base + c * d + j]; }
      lower[base + j * d + row] = sum;
    }
    storageBarrier();
    if (lane == 0) { pivot = sqrt(lower[base + j * d + j]); }
    let root = workgroupUniformLoad(&pivot);
    for (var row = j + lane; row < d; row += ${LANES}) { lower[base + j * d + row] /= root; }
    storageBarrier();
    workgroupBarrier();
  }
}

@compute @workgroup_size(64)
fn solve(@builtin(global_invocation_id) id: vec3u) {
  let n = shape.n;
  if (id.x >= n) { return; }
  let d = 4 * shape.d4;
  let base = id.y * d * d;
  var squares = 0f;
  for (var a4 = 0u; a4 < shape.d4; a4++) {
    var y = points[(id.y * shape.d4 + a4) * n + id.x];
    for (var b4 = 0u; b4 < a4; b4++) {
      let known = points[(id.y * shape.d4 + b4) * n + id.x];
      for (var c = 0u; c < 4; c++) {
        let at = base + (4 * b4 + c) * d + 4 * a4;
        y -= known[c] * vec4f(lower[at], lower[at + 1], lower[at + 2], lower[at + 3]);
      }
    }
    for (var c = 0u; c < 4; c++) {
      let at = base + (4 * a4 + c) * d + 4 * a4;
      y[c] /= lower[at + c];
      for (var r = c + 1; r < 4; r++) { y[r] -= y[c] * lower[at + r]; }
    }
    points[(id.y * shape.d4 + a4) * n + id.x] = y;
    squares += dot(y, y);
  }
  weights[id.x * shape.positions + shape.first + id.y] = 1 + sqrt(squares);
}
`;
