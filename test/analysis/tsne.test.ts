import assert from 'node:assert/strict';
import test from 'node:test';
import { affinities, divergence, tsne } from '../../src/analysis/tsne.js';
import { tsneJs } from '../../src/analysis/tsne-js.js';
import { createRandom } from '../../src/random.js';

/** Three clusters of normal points. */
function clusters(n: number, d: number): Float32Array {
  const random = createRandom(1);
  return Float32Array.from({ length: n * d }, (_, at) => (at % d === Math.floor(at / d) % 3 ? 8 : 0) + random.normal());
}

test('rows of affinities have the wanted perplexity before they are made symmetric', () => {
  const [n, d, perplexity] = [40, 4, 10];
  const p = affinities(clusters(n, d), n, d, perplexity);
  assert.ok(Math.abs(p.reduce((sum, value) => sum + value, 0) - 1) < 1e-9);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) assert.ok(Math.abs(p[i * n + j] - p[j * n + i]) < 1e-15);
  // Two equal pairs: each point's only near neighbour is its twin, perplexity 1 leaves the others out.
  const twins = affinities(Float32Array.of(0, 1, 100, 101), 4, 1, 1.0001);
  assert.ok(twins[1] > 0.24 && twins[2] < 1e-3);
});

test('t-SNE keeps clusters apart, is deterministic, and ends no higher than the package tsne-js', async () => {
  const [n, d] = [100, 10];
  const points = clusters(n, d);
  const own = tsne(points, d);
  assert.deepEqual(tsne(points, d), own);
  const square = (i: number, j: number): number =>
    (own[2 * i] - own[2 * j]) ** 2 + (own[2 * i + 1] - own[2 * j + 1]) ** 2;
  for (let i = 0; i < n; i++) {
    let nearest = -1;
    for (let j = 0; j < n; j++) if (j !== i && (nearest < 0 || square(i, j) < square(i, nearest))) nearest = j;
    assert.equal(nearest % 3, i % 3, `point ${i}`);
  }
  const p = affinities(points, n, d, 30);
  const theirs = await tsneJs(points, d, createRandom(2));
  assert.deepEqual(await tsneJs(points, d, createRandom(2)), theirs, 'seeded');
  assert.ok(divergence(p, own) <= divergence(p, theirs) + 1e-3);
});

test('too few points, NaN and too many for tsne-js are refused', async () => {
  assert.throws(() => tsne(new Float32Array(6), 2), /t-SNE of 3 points/);
  assert.throws(() => tsne(new Float32Array(20).fill(Number.NaN), 2), /NaN/);
  await assert.rejects(tsneJs(new Float32Array(1002), 2, createRandom(0)), /would take hours/);
});
