import assert from 'node:assert/strict';
import test from 'node:test';
import { type Anchors, allAnchors, startRows } from '../../src/coreset/anchors.js';
import { greedyCoreset } from '../../src/coreset/greedy.js';
import { type NestedPhase, nestedGreedy } from '../../src/coreset/nested-greedy.js';
import { startThreads } from '../../src/kernels/threads.js';
import { createRandom } from '../../src/random.js';

const random = createRandom(31);
const D = 16;
const normal = (n: number): Float32Array => Float32Array.from({ length: n * D }, () => random.normal());

/** The plain loop: in each phase the row farthest from all picks among those that may be picked, in the same single-precision arithmetic. */
function plain(z: Float32Array, anchors: Anchors, phases: readonly NestedPhase[]): number[] {
  const n = z.length / D;
  const square = (i: number, j: number): number => {
    let sum = 0;
    for (let a = 0; a < D; a++) {
      const delta = Math.fround(z[i * D + a] - z[j * D + a]);
      sum = Math.fround(sum + Math.fround(delta * delta));
    }
    return sum;
  };
  const starts = anchors.kind === 'all' ? null : anchors.rows;
  const initial = starts
    ? Float32Array.from({ length: n }, (_, i) => {
        let sum = 0;
        for (const start of starts) sum = Math.fround(sum + Math.fround(Math.sqrt(square(i, start))));
        return Math.fround(sum / starts.length);
      })
    : allAnchors(z, n, D);
  const distance = initial.map((value) => Math.fround(value * value));
  const picks: number[] = [];
  for (const { kept, count } of phases) {
    while (picks.length < count) {
      let best = -1;
      for (let i = 0; i < n; i++) if (kept?.[i] !== 0 && (best < 0 || distance[i] > distance[best])) best = i;
      picks.push(best);
      for (let i = 0; i < n; i++) distance[i] = Math.min(distance[i], square(i, best));
    }
  }
  return picks;
}

const half = normal(90);
const data: Record<string, Float32Array> = {
  random: normal(401),
  'every row twice': Float32Array.from([...half, ...half]),
  'all rows equal': new Float32Array(70 * D).fill(2),
  'a crowd and few far ones': Float32Array.from(
    { length: 300 * D },
    (_, i) => random.normal() * (Math.floor(i / D) % 29 === 0 ? 40 : 1),
  ),
  'one row': normal(1),
};

for (const [name, z] of Object.entries(data)) {
  test(`a nested selection picks what the plain loop picks: ${name}`, async () => {
    const n = z.length / D;
    for (const workers of [1, 2, 4]) {
      const threads = startThreads(workers);
      for (let round = 0; round < 6; round++) {
        const anchors: Anchors = round === 5 ? { kind: 'all' } : startRows(createRandom(round), n);
        // Each row may be picked from some phase on; at least one from the first.
        const from = Array.from({ length: n }, (_, i) => (i === n >> 1 ? 0 : random.integer(4)));
        let count = 0;
        const phases = [0, 1, 2, 3].map((phase): NestedPhase => {
          const kept = phase === 3 ? null : Uint8Array.from(from, (own) => (own <= phase ? 1 : 0));
          count = Math.min(n, Math.max(1, count + random.integer(Math.ceil(n / 6) + 1)));
          return { kept, count };
        });
        const found = await nestedGreedy(threads, z, D, { anchors, phases });
        assert.deepEqual([...found], plain(z, anchors, phases), `${workers} threads, round ${round}`);
      }
      await threads.close();
    }
  });
}

test('one phase is the selection itself', async () => {
  const threads = startThreads(2);
  const z = normal(200);
  const anchors: Anchors = { kind: 'starts', rows: Int32Array.of(4, 60, 7) };
  const kept = Uint8Array.from({ length: 200 }, (_, i) => (i % 3 ? 1 : 0));
  const alone = await greedyCoreset(threads, z, D, { count: 50, anchors, kept, firstPickFromKept: true });
  assert.deepEqual(await nestedGreedy(threads, z, D, { anchors, phases: [{ kept, count: 50 }] }), alone);
  await threads.close();
});

test('phases that cannot be are refused, and one that is stopped says so', async () => {
  const threads = startThreads(1);
  const z = normal(10);
  const anchors: Anchors = { kind: 'starts', rows: Int32Array.of(0) };
  const some = Uint8Array.of(1, 1, 1, 0, 0, 0, 0, 0, 0, 0);
  const other = Uint8Array.of(0, 1, 1, 1, 1, 1, 1, 1, 1, 1);
  const refused: [NestedPhase[], RegExp][] = [
    [[], /no phase/],
    [[{ kept: null, count: 11 }], /11 of 10 patches/],
    [[{ kept: new Uint8Array(10), count: 1 }], /no row to pick/],
    [[{ kept: some.subarray(1), count: 1 }], /kept/],
    [[3, 2].map((count) => ({ kept: null, count })), /2 picks follow 3/],
    [[some, other].map((kept) => ({ kept, count: 1 })), /drops rows/],
    [[null, some].map((kept) => ({ kept, count: 1 })), /drops rows/],
  ];
  for (const [phases, message] of refused) {
    await assert.rejects(nestedGreedy(threads, z, D, { anchors, phases }), message);
  }
  const signal = AbortSignal.abort();
  const phases = [{ kept: null, count: 5 }];
  await assert.rejects(nestedGreedy(threads, z, D, { anchors, phases }, { signal }), { name: 'Cancelled' });
  await threads.close();
});
