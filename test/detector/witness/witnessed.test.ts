import assert from 'node:assert/strict';
import test from 'node:test';
import { indexWitnessed } from '../../../src/detector/witness/witnessed.js';
import { threadCompute } from '../../../src/engine/stage.js';
import { EMBEDDING_DIMENSIONS } from '../../../src/features/embedding.js';
import { startThreads } from '../../../src/kernels/threads.js';
import { createRandom } from '../../../src/random.js';

const D = EMBEDDING_DIMENSIONS;
const random = createRandom(3);
const rows = Float32Array.from({ length: 60 * D }, () => random.normal());
const groups = Int32Array.from({ length: 60 }, (_, i) => i % 7);
const doubted = Uint8Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? 1 : 0));
const queries = Float32Array.from({ length: 20 * D }, (_, i) => rows[i * 3] + 0.3 * random.normal());

/** Squared distance by brute force: nearest trusted row, or the nearest doubted one of the nth picture. */
function plain(q: number, witnesses: number, own: number | null): number {
  let best = Number.POSITIVE_INFINITY;
  const byPicture = new Map<number, number>();
  for (let row = 0; row < 60; row++) {
    if (groups[row] === own) continue;
    let squared = 0;
    for (let a = 0; a < D; a++) squared += (queries[q * D + a] - rows[row * D + a]) ** 2;
    if (doubted[row] === 0) best = Math.min(best, squared);
    else byPicture.set(groups[row], Math.min(byPicture.get(groups[row]) ?? Number.POSITIVE_INFINITY, squared));
  }
  const agreeing = [...byPicture.values()].sort((a, b) => a - b)[witnesses - 1] ?? Number.POSITIVE_INFINITY;
  return witnesses === 0 ? best : Math.min(best, agreeing);
}

for (const witnesses of [0, 1, 2, 3, 9]) {
  test(`doubted rows count from ${witnesses} pictures on`, async () => {
    const threads = startThreads(2);
    const index = await indexWitnessed(threadCompute(threads, 'wasm'), { rows, groups, doubted }, witnesses);
    const plainly = await index.distances(queries, null);
    const own = Int32Array.from({ length: 20 }, (_, q) => q % 7);
    const leftOut = await index.distances(queries, own);
    await threads.close();
    for (let q = 0; q < 20; q++) {
      assert.ok(Math.abs(plainly[q] / plain(q, witnesses, null) - 1) < 1e-5, `query ${q}`);
      assert.ok(Math.abs(leftOut[q] / plain(q, witnesses, own[q]) - 1) < 1e-5, `query ${q} left out`);
    }
  });
}

test('without doubted rows one witness changes nothing', async () => {
  const threads = startThreads(1);
  const compute = threadCompute(threads, 'wasm');
  const none = await indexWitnessed(compute, { rows, groups, doubted: new Uint8Array(60) }, 2);
  const some = await indexWitnessed(compute, { rows, groups, doubted }, 1);
  assert.deepEqual(await none.distances(queries, null), await some.distances(queries, null));
  await threads.close();
});
