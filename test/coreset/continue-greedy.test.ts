import assert from 'node:assert/strict';
import test from 'node:test';
import { continueGreedy } from '../../src/coreset/continue-greedy.js';
import { startThreads } from '../../src/kernels/threads.js';
import { createRandom } from '../../src/random.js';

const random = createRandom(12);
const D = 16;

/** The plain loop: new rows by their distance to every row chosen so far, in the same single-precision arithmetic. */
function plain(z: Float32Array, chosen: Float32Array, count: number, kept?: Uint8Array): number[] {
  const n = z.length / D;
  const square = (a: Float32Array, i: number, b: Float32Array, j: number): number => {
    let sum = 0;
    for (let k = 0; k < D; k++) {
      const delta = Math.fround(a[i * D + k] - b[j * D + k]);
      sum = Math.fround(sum + Math.fround(delta * delta));
    }
    return sum;
  };
  const distance = Float32Array.from({ length: n }, (_, i) => {
    let least = Number.POSITIVE_INFINITY;
    for (let c = 0; c * D < chosen.length; c++) least = Math.min(least, square(z, i, chosen, c));
    return kept?.[i] === 0 ? 0 : least;
  });
  const picks: number[] = [];
  while (picks.length < count) {
    let best = 0;
    for (let i = 1; i < n; i++) if (distance[i] > distance[best]) best = i;
    picks.push(best);
    for (let i = 0; i < n; i++) distance[i] = Math.min(distance[i], square(z, i, z, best));
  }
  return picks;
}

const normal = (n: number, scale = 1, shift = 0): Float32Array =>
  Float32Array.from({ length: n * D }, () => random.normal() * scale + shift);
const near = normal(40);
const cases: Record<string, [chosen: Float32Array, z: Float32Array]> = {
  'alike, more old than new': [normal(203), normal(91)],
  'far apart': [normal(5), normal(120, 3, 50)],
  'one chosen row': [normal(1), normal(64)],
  'new rows that are chosen already': [near, Float32Array.from([...near, ...normal(17)])],
  'one new row': [normal(9), normal(1)],
};

for (const [name, [chosen, z]] of Object.entries(cases)) {
  test(`a selection goes on as the plain loop does: ${name}`, async () => {
    const n = z.length / D;
    const count = Math.max(1, Math.floor(n / 3));
    const kept = Uint8Array.from({ length: n }, (_, i) => (i % 5 === 0 && n > 1 ? 0 : 1));
    for (const workers of [1, 3]) {
      const threads = startThreads(workers);
      const found = await continueGreedy(threads, z, D, { chosen, count });
      assert.deepEqual([...found], plain(z, chosen, count), `${workers} threads`);
      const masked = await continueGreedy(threads, z, D, { chosen, count, kept });
      assert.deepEqual([...masked], plain(z, chosen, count, kept));
      await threads.close();
    }
  });
}

test('what cannot be continued is refused', async () => {
  const threads = startThreads(1);
  await assert.rejects(continueGreedy(threads, normal(3), D, { chosen: normal(2), count: 4 }), /4 of 3 patches/);
  const broken = normal(2);
  broken[7] = Number.NaN;
  await assert.rejects(continueGreedy(threads, normal(3), D, { chosen: broken, count: 1 }), /chosen/);
  await threads.close();
});
