import assert from 'node:assert/strict';
import test from 'node:test';
import { indexGroups } from '../../src/detector/group-index.js';
import { nearestOthers } from '../../src/detector/nearest-others.js';
import { threadCompute } from '../../src/engine/stage.js';
import { startThreads } from '../../src/kernels/threads.js';
import { createRandom } from '../../src/random.js';

const D = 32;
const POSITIONS = 9;
const random = createRandom(5);

/** Patches of images, some of them near-copies of earlier ones, as augmented copies are. */
function patchesOf(images: number, copies: number): { patches: Float32Array; groups: Int32Array } {
  const patches = new Float32Array((images + copies) * POSITIONS * D);
  const groups = Int32Array.from({ length: images + copies }, (_, i) => (i < images ? i : (i * 3) % images));
  for (let i = 0; i < patches.length; i++) {
    const image = Math.floor(i / (POSITIONS * D));
    const original = groups[image] * POSITIONS * D + (i % (POSITIONS * D));
    patches[i] = image < images ? random.normal() * 3 + 10 : patches[original] + random.normal() * 0.01;
  }
  return { patches, groups };
}

/** Nearest row of each other group by direct differences in double precision, the nearest m of them. */
function plain(patches: Float32Array, picks: Int32Array, groups: Int32Array, query: number, m: number) {
  const groupOf = (patch: number): number => groups[Math.floor(patch / POSITIONS)];
  const best = new Map<number, { patch: number; squared: number }>();
  for (const patch of [...picks].sort((a, b) => a - b)) {
    if (groupOf(patch) === groupOf(query)) continue;
    let squared = 0;
    for (let a = 0; a < D; a++) squared += (patches[query * D + a] - patches[patch * D + a]) ** 2;
    const held = best.get(groupOf(patch));
    if (!held || squared < held.squared) best.set(groupOf(patch), { patch, squared });
  }
  return [...best.values()].sort((a, b) => a.squared - b.squared).slice(0, m);
}

for (const { images, copies, share, m } of [
  { images: 30, copies: 12, share: 0.3, m: 5 },
  { images: 30, copies: 0, share: 0.5, m: 1 },
  { images: 4, copies: 6, share: 1, m: 7 },
  { images: 1, copies: 3, share: 1, m: 2 },
]) {
  test(`nearestOthers finds what brute force finds: ${images} + ${copies} images, m = ${m}`, async () => {
    const { patches, groups } = patchesOf(images, copies);
    const n = patches.length / D;
    const picks = random.distinct(n, Math.round(share * n));
    const results = [];
    for (const count of [1, 3]) {
      const threads = startThreads(count);
      const found = await nearestOthers(threadCompute(threads, 'wasm'), {
        rows: patches,
        d: D,
        positions: POSITIONS,
        picks,
        groups,
        m,
      });
      await threads.close();
      assert.equal(found.patches.length, n * m);
      for (let q = 0; q < n; q++) {
        const expected = plain(patches, picks, groups, q, m);
        for (let j = 0; j < m; j++) {
          const { patch, squared } = expected[j] ?? { patch: -1, squared: Number.POSITIVE_INFINITY };
          assert.equal(found.patches[q * m + j], patch, `patch ${q}, image ${j}`);
          if (patch < 0) assert.equal(found.squared[q * m + j], Number.POSITIVE_INFINITY);
          else assert.ok(Math.abs(found.squared[q * m + j] - squared) <= 1e-5 * squared);
        }
      }
      results.push(found);
    }
    assert.deepEqual(results[0], results[1], 'the same bytes from any number of threads');
  });
}

test('of equal rows the lowest patch stands for its image, and equal images come in order', async () => {
  const threads = startThreads(2);
  const patches = new Float32Array(5 * POSITIONS * D).fill(1);
  const picks = Int32Array.from({ length: 5 * POSITIONS }, (_, i) => 5 * POSITIONS - 1 - i);
  const groups = Int32Array.of(0, 1, 2, 3, 4);
  const found = await nearestOthers(threadCompute(threads, 'wasm'), {
    rows: patches,
    d: D,
    positions: POSITIONS,
    picks,
    groups,
    m: 3,
  });
  await threads.close();
  assert.deepEqual([...found.patches.subarray(0, 3)], [POSITIONS, 2 * POSITIONS, 3 * POSITIONS]);
  assert.deepEqual([...found.patches.subarray(6 * POSITIONS, 6 * POSITIONS + 3)], [0, POSITIONS, 3 * POSITIONS]);
  assert.ok(found.squared.every((value) => value === 0));
});

test('without own groups a query finds itself first', async () => {
  const threads = startThreads(1);
  const { patches, groups } = patchesOf(6, 0);
  const rowGroups = Int32Array.from({ length: 6 * POSITIONS }, (_, i) => groups[Math.floor(i / POSITIONS)]);
  const index = await indexGroups(threads, { bank: patches, d: D, groups: rowGroups, m: 2 });
  const { rows, squared } = await index.search(patches, null);
  await threads.close();
  for (let q = 0; q < rowGroups.length; q++) {
    assert.deepEqual([rows[2 * q], squared[2 * q]], [q, 0]);
    assert.notEqual(rowGroups[rows[2 * q + 1]], rowGroups[q]);
  }
});

test('sizes that do not fit are refused', async () => {
  const threads = startThreads(1);
  const compute = threadCompute(threads, 'wasm');
  const job = {
    rows: new Float32Array(6 * D),
    d: D,
    positions: 3,
    picks: Int32Array.of(0),
    groups: Int32Array.of(0, 1),
  };
  await assert.rejects(nearestOthers(compute, { ...job, rows: new Float32Array(5 * D), m: 1 }), RangeError);
  await assert.rejects(nearestOthers(compute, { ...job, m: 0 }), RangeError);
  await assert.rejects(nearestOthers(compute, { ...job, picks: new Int32Array(0), m: 1 }), RangeError);
  await threads.close();
});
