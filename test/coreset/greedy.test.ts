import assert from 'node:assert/strict';
import test from 'node:test';
import { type Anchors, allAnchors } from '../../src/coreset/anchors.js';
import { greedyCoreset, helpersOf } from '../../src/coreset/greedy.js';
import { greedyInArenas, rowsOfArena } from '../../src/coreset/greedy-arenas.js';
import { selectionBytes, selectionRoom } from '../../src/coreset/greedy-layout.js';
import { coresetSize, samplers } from '../../src/coreset/samplers.js';
import { discard } from '../../src/denoise/cut.js';
import { lofScores } from '../../src/denoise/lof.js';
import { startThreads } from '../../src/kernels/threads.js';
import { createRandom } from '../../src/random.js';
import { POINTS, SQUARED } from '../golden-points.js';

/** The plain loop of docs/methods.md 3.2 and 4.1, in the same single-precision arithmetic. */
function plainGreedy(
  z: Float32Array,
  d: number,
  count: number,
  starts: Int32Array,
  kept?: Uint8Array,
  keptFirst = false,
): number[] {
  const n = z.length / d;
  const square = (i: number, j: number): number => {
    let sum = 0;
    for (let a = 0; a < d; a++) {
      const delta = Math.fround(z[i * d + a] - z[j * d + a]);
      sum = Math.fround(sum + Math.fround(delta * delta));
    }
    return sum;
  };
  const anchor = Float32Array.from({ length: n }, (_, i) => {
    let sum = 0;
    for (const start of starts) sum = Math.fround(sum + Math.fround(Math.sqrt(square(i, start))));
    const mean = Math.fround(sum / starts.length);
    return Math.fround(mean * mean);
  });
  const drop = (): void => {
    for (let i = 0; kept && i < n; i++) if (kept[i] === 0) anchor[i] = keptFirst ? -1 : 0;
  };
  if (keptFirst) drop();
  const picks: number[] = [];
  while (picks.length < count) {
    let best = 0;
    for (let i = 1; i < n; i++) if (anchor[i] > anchor[best]) best = i;
    picks.push(best);
    drop();
    for (let i = 0; i < n; i++) anchor[i] = Math.min(anchor[i], square(i, best));
  }
  return picks;
}

const random = createRandom(11);
const D = 32;
const normal = (n: number, scale = 1): Float32Array =>
  Float32Array.from({ length: n * D }, () => random.normal() * scale);
const clustered = (n: number): Float32Array => {
  const centres = normal(5, 10);
  return Float32Array.from(
    { length: n * D },
    (_, i) => centres[(Math.floor(i / D) % 5) * D + (i % D)] + random.normal() * 0.1,
  );
};
const data: Record<string, Float32Array> = {
  random: normal(600),
  clustered: clustered(500),
  duplicated: (() => {
    const half = normal(150);
    return Float32Array.from({ length: 300 * D }, (_, i) => half[i % half.length]);
  })(),
  'all points equal': new Float32Array(77 * D).fill(3),
  'one dimension': Float32Array.from({ length: 301 * D }, (_, i) => (i % D === 0 ? Math.floor(i / D) % 97 : 0)),
  'a shifted origin': normal(200).map((value) => value + 1000),
  'huge and tiny': Float32Array.from(
    { length: 256 * D },
    (_, i) => random.normal() * 10 ** ((Math.floor(i / D) % 9) - 4),
  ),
  'three points': normal(3),
  'opposites and what lies at their mean': Float32Array.from({ length: 301 * D }, (_, i) => {
    const row = Math.floor(i / D);
    return row === 300 ? 0 : (row % 2 ? -1 : 1) * (((row >> 1) % 40) + 1) * (((i % D) % 3) + 1);
  }),
};

for (const [name, z] of Object.entries(data)) {
  test(`greedyCoreset picks what the plain loop picks: ${name}`, async () => {
    const n = z.length / D;
    const count = Math.max(1, Math.floor(n / 3));
    const starts = createRandom(5).distinct(n, Math.min(10, n));
    const anchors: Anchors = { kind: 'starts', rows: starts };
    const kept = Uint8Array.from({ length: n }, (_, i) => (i % 7 === 0 ? 0 : 1));
    for (const count_ of [1, 2, 5]) {
      const threads = startThreads(count_);
      const plain = await greedyCoreset(threads, z, D, { count, anchors });
      assert.deepEqual([...plain], plainGreedy(z, D, count, starts), `${count_} threads`);
      for (const firstPickFromKept of [false, true]) {
        const masked = await greedyCoreset(threads, z, D, { count, anchors, kept, firstPickFromKept });
        assert.deepEqual([...masked], plainGreedy(z, D, count, starts, kept, firstPickFromKept));
      }
      await threads.close();
    }
  });
}

test('with firstPickFromKept no removed row is ever picked, however many are asked for', async () => {
  const threads = startThreads(2);
  const n = 64;
  // Whole blocks of rows are removed, row 0 among them; the 24 kept rows hold 8 different ones.
  const kept = Uint8Array.from({ length: n }, (_, i) => (i >= 16 && i < 40 ? 1 : 0));
  const different = normal(8);
  const z = Float32Array.from({ length: n * D }, (_, i) => different[i % different.length]);
  const starts = Int32Array.of(3, 50);
  for (const anchors of [{ kind: 'starts', rows: starts } as const, { kind: 'all' } as const]) {
    const picks = await greedyCoreset(threads, z, D, { count: 40, anchors, kept, firstPickFromKept: true });
    assert.ok(
      picks.every((row) => kept[row] === 1),
      `${picks}`,
    );
    assert.equal(new Set(picks.map((row) => row % 8)).size, 8, 'all different rows are there');
    assert.ok(
      picks.subarray(8).every((row) => row === 16),
      'then the first kept row fills up',
    );
  }
  const theirs = await greedyCoreset(threads, z, D, { count: 40, anchors: { kind: 'starts', rows: starts }, kept });
  assert.ok(
    theirs.subarray(9).every((row) => row === 0),
    'as the authors’ argmax without it',
  );
  await threads.close();
});

test('greedyCoreset of the eight golden points is 5, 0, 3, 2, approximate, masked and exact', async () => {
  const z = Float32Array.from(POINTS.flatMap((point) => [...point, 0, 0]));
  const { kept } = discard(lofScores(SQUARED, 8, 3), 0.15);
  const all: Anchors = { kind: 'starts', rows: Int32Array.from(POINTS, (_, i) => i) };
  const threads = startThreads(2);
  assert.deepEqual([...(await greedyCoreset(threads, z, 4, { count: 4, anchors: all }))], [5, 0, 3, 2]);
  assert.deepEqual([...(await greedyCoreset(threads, z, 4, { count: 4, anchors: all, kept }))], [5, 0, 3, 2]);
  assert.deepEqual([...(await greedyCoreset(threads, z, 4, { count: 4, anchors: { kind: 'all' } }))], [5, 0, 3, 2]);
  await threads.close();
});

test('anchors of kind all equal the norms of the rows of the distance matrix', async () => {
  const z = normal(60);
  const norms = Array.from({ length: 60 }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < 60; j++) for (let a = 0; a < D; a++) sum += (z[i * D + a] - z[j * D + a]) ** 2;
    return Math.sqrt(sum);
  });
  for (const [i, anchor] of allAnchors(z, 60, D).entries()) {
    assert.ok(Math.abs(anchor - norms[i]) < 1e-6 * norms[i], `row ${i}: ${anchor} is not ${norms[i]}`);
  }
  const farthest = norms.indexOf(Math.max(...norms));
  const threads = startThreads(1);
  assert.equal((await greedyCoreset(threads, z, D, { count: 1, anchors: { kind: 'all' } }))[0], farthest);
  await threads.close();
});

test('greedyCoreset covers: every kept row lies within the last pick’s distance', async () => {
  const z = data.random;
  const kept = Uint8Array.from({ length: 600 }, (_, i) => (i % 5 === 2 ? 0 : 1));
  const threads = startThreads(2);
  const options = { count: 60, anchors: { kind: 'all' }, kept, firstPickFromKept: true } as const;
  const picks = await greedyCoreset(threads, z, D, options);
  await threads.close();
  const square = (i: number, j: number): number => {
    let sum = 0;
    for (let a = 0; a < D; a++) sum += (z[i * D + a] - z[j * D + a]) ** 2;
    return sum;
  };
  const least = (i: number, count: number): number =>
    Math.min(...[...picks.subarray(0, count)].map((pick) => square(i, pick)));
  const radius = least(picks[59], 59);
  for (let i = 0; i < 600; i++) assert.ok(kept[i] === 0 || least(i, 59) <= radius * (1 + 1e-6), `row ${i}`);
  assert.ok(
    Array.from({ length: 600 }, (_, i) => i).some((i) => kept[i] === 0 && least(i, 59) > radius),
    'a removed row is left uncovered',
  );
  assert.equal(new Set(picks).size, 60);
  assert.ok(picks.every((pick) => kept[pick] === 1));
});

test('greedyCoreset stops on request and reports progress', async () => {
  const threads = startThreads(2);
  const controller = new AbortController();
  controller.abort();
  const job = greedyCoreset(
    threads,
    normal(3000),
    D,
    { count: 2000, anchors: { kind: 'all' } },
    { signal: controller.signal },
  );
  await assert.rejects(job, { name: 'Cancelled' });
  const seen: number[] = [];
  await greedyCoreset(
    threads,
    normal(300),
    D,
    { count: 30, anchors: { kind: 'all' } },
    { progress: (done) => seen.push(done) },
  );
  assert.equal(seen.at(-1), 30);
  assert.ok(seen.every((done, i) => done <= 30 && (i === 0 || done >= seen[i - 1])));
  await threads.close();
});

test('samplers: random draws distinct kept rows, identity keeps all of them, sizes are trunc(ρ·n)', async () => {
  const compute = { run: () => assert.fail('nothing greedy was asked for') };
  const z = normal(100);
  const kept = Uint8Array.from({ length: 100 }, (_, i) => i % 2);
  const drawn = await samplers.random(compute, { z, d: D, ratio: 0.25, kept }, createRandom(1));
  assert.equal(new Set(drawn).size, 25);
  assert.ok(drawn.every((row) => row % 2 === 1));
  const all = await samplers.identity(compute, { z, d: D, ratio: 0.25, kept }, createRandom(1));
  assert.deepEqual(
    [...all],
    Array.from({ length: 50 }, (_, i) => 2 * i + 1),
  );
  const few = Uint8Array.from({ length: 100 }, (_, i) => (i < 3 ? 1 : 0));
  const left = await samplers.random(compute, { z, d: D, ratio: 0.25, kept: few }, createRandom(1));
  assert.deepEqual([...left].sort(), [0, 1, 2], 'no more than there are');
  assert.equal(coresetSize(0.1, 275968), 27596);
  assert.throws(() => coresetSize(0, 10), /ratio of 0 is impossible/);
  assert.throws(() => coresetSize(1, 10), /impossible/);
  assert.throws(() => coresetSize(0.01, 10), /keeps none of 10/);
});

for (const [name, z] of Object.entries(data)) {
  test(`rows in several arenas, or laid out where they lie, give the same picks: ${name}`, async () => {
    const n = z.length / D;
    const count = Math.max(1, Math.floor(n / 3));
    const kept = Uint8Array.from({ length: n }, (_, i) => (i % 7 === 0 ? 0 : 1));
    const threads = startThreads(2);
    const starts: Anchors = { kind: 'starts', rows: createRandom(5).distinct(n, Math.min(10, n)) };
    for (const anchors of [starts, { kind: 'all' } as const]) {
      for (const options of [
        { count, anchors },
        { count, anchors, kept },
        { count, anchors, kept, firstPickFromKept: true },
      ]) {
        const one = await greedyCoreset(threads, z, D, options);
        for (const rows of [8, 40, 256])
          assert.deepEqual(await greedyInArenas(threads, z, D, options, {}, rows), one, `${rows} rows an arena`);
        const room = selectionRoom(n, D, count, helpersOf(threads))!;
        room.z.set(z);
        assert.deepEqual(await greedyCoreset(threads, room.z, D, options, {}, room), one, 'in place');
      }
    }
    await threads.close();
  });
}

test('an arena takes as many rows as fit into it', () => {
  for (const bytes of [1e6, 3e8, 4e9]) {
    const rows = rowsOfArena(128, 1000, bytes);
    assert.equal(rows % 8, 0);
    assert.ok(
      selectionBytes(rows, 128, 1000, 0) <= bytes && selectionBytes(rows + 16, 128, 1000, 0) > bytes,
      `${rows}`,
    );
  }
});
