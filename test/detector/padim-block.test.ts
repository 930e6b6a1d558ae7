import assert from 'node:assert/strict';
import test from 'node:test';
import { fitGaussian, gatherPosition, mahalanobis, triangle, vectorLength } from '../../src/detector/padim-block.js';
import type { MapsLayout } from '../../src/features/reading.js';
import { createRandom } from '../../src/random.js';

/** Inverse by Gauss–Jordan with pivoting, in double precision: the plain way. */
function inverse(matrix: number[][]): number[][] {
  const d = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  for (let c = 0; c < d; c++) {
    let pivot = c;
    for (let r = c; r < d; r++) if (Math.abs(rows[r][c]) > Math.abs(rows[pivot][c])) pivot = r;
    [rows[c], rows[pivot]] = [rows[pivot], rows[c]];
    const scale = rows[c][c];
    rows[c] = rows[c].map((value) => value / scale);
    for (let r = 0; r < d; r++) {
      const factor = rows[r][c];
      if (r !== c && factor !== 0) rows[r] = rows[r].map((value, j) => value - factor * rows[c][j]);
    }
  }
  return rows.map((row) => row.slice(d));
}

/** √(δᵀΣ⁻¹δ) of query to points, Σ = covariance (N − 1) + 0.01·I. */
function plainMahalanobis(points: number[][], query: number[]): number {
  const n = points.length;
  const mean = query.map((_, a) => points.reduce((sum, point) => sum + point[a], 0) / n);
  const sigma = query.map((_, a) =>
    query.map(
      (_, b) =>
        points.reduce((sum, point) => sum + (point[a] - mean[a]) * (point[b] - mean[b]), 0) / Math.max(1, n - 1) +
        (a === b ? 0.01 : 0),
    ),
  );
  const delta = query.map((value, a) => value - mean[a]);
  const solved = inverse(sigma).map((row) => row.reduce((sum, value, b) => sum + value * delta[b], 0));
  return Math.sqrt(delta.reduce((sum, value, a) => sum + value * solved[a], 0));
}

function distances(points: number[][], queries: number[][]): Float64Array {
  const [n, d] = [points.length, points[0].length];
  const columns = (rows: number[][]): Float64Array =>
    Float64Array.from({ length: d * rows.length }, (_, at) => rows[at % rows.length][Math.floor(at / rows.length)]);
  const mean = new Float64Array(d);
  const matrix = new Float64Array(d * d);
  fitGaussian(columns(points), d, n, mean, matrix);
  const packed = new Float32Array(triangle(d));
  for (let a = 0, at = 0; a < d; a++) for (let b = 0; b <= a; b++) packed[at++] = matrix[a * d + b];
  const out = new Float64Array(queries.length);
  mahalanobis(columns(queries), [d, queries.length], [packed, 0], [Float32Array.from(mean), 0], out);
  return out;
}

for (const [n, d] of [
  [60, 9],
  [12, 20],
  [20, 20],
  [2, 7],
  [1, 5],
]) {
  test(`Mahalanobis distances of ${n} points in ${d} dimensions equal the plain inverse`, () => {
    const random = createRandom(n * 100 + d);
    const draw = (): number[] => Array.from({ length: d }, (_, a) => random.normal() * (1 + a / 4) + 3);
    const points = Array.from({ length: n }, draw);
    const queries = Array.from({ length: 5 }, draw);
    for (const [i, distance] of distances(points, queries).entries()) {
      assert.ok(Math.abs(distance / plainMahalanobis(points, queries[i]) - 1) < 2e-5, `${distance}`);
    }
  });
}

test('in-sample distances for n ≤ d are nearly the constant (n − 1)/√n, and never NaN', () => {
  const random = createRandom(4);
  const points = Array.from({ length: 10 }, () => Array.from({ length: 40 }, () => random.normal() * 20));
  for (const distance of distances(points, points)) assert.ok(Math.abs(distance - 9 / Math.sqrt(10)) < 0.01);
});

test('gatherPosition replicates deeper maps by blocks', () => {
  const layout: MapsLayout = {
    maps: [
      { layer: 'a', side: 4, channels: [0, 1], offset: 0 },
      { layer: 'b', side: 2, channels: [5], offset: 32 },
    ],
    length: 36,
  };
  const values = Float32Array.from({ length: 72 }, (_, i) => i);
  assert.equal(vectorLength(layout), 3);
  const out = new Float64Array(6);
  gatherPosition(values, layout, 4 * 1 + 2, [0, 2], out);
  // Row 1, column 2 of the fine map is value pair 12, 13; it lies in the coarse cell of row 0, column 1.
  assert.deepEqual([...out], [12, 48, 13, 49, 33, 69]);
  gatherPosition(values, layout, 15, [1, 1], out);
  assert.deepEqual([...out.subarray(0, 3)], [66, 67, 71]);
});
