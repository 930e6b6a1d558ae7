import assert from 'node:assert/strict';
import test from 'node:test';
import { indexNeighbours } from '../../src/detector/neighbours.js';
import { nearestInBanks } from '../../src/detector/neighbours-many.js';
import { NO_ROW } from '../../src/detector/no-row.js';
import { startThreads } from '../../src/kernels/threads.js';
import { createRandom } from '../../src/random.js';

const D = 64;
const random = createRandom(21);
const normal = (n: number, scale = 1): Float32Array =>
  Float32Array.from({ length: n * D }, () => random.normal() * scale);
/** Rows near a plane of three dimensions, far from the origin: where a careless bound would fail. */
const lowRank = (n: number): Float32Array => {
  const axes = normal(3);
  const out = new Float32Array(n * D).fill(50);
  for (let i = 0; i < n; i++) {
    const along = [random.normal() * 9, random.normal() * 3, random.normal()];
    for (let a = 0; a < D; a++) for (let k = 0; k < 3; k++) out[i * D + a] += along[k] * axes[k * D + a];
  }
  return out;
};

/** Rows in clumps, as blocks of near rows want them; a walk among them takes small steps, and now and then a leap. */
const centres = normal(12, 8);
const clumps = (n: number): Float32Array =>
  normal(n, 0.5).map((value, i) => value + centres[(Math.floor(i / D) % 12) * D + (i % D)]);
const walk = (n: number): Float32Array => {
  const steps = normal(n, 0.2);
  for (let i = D; i < steps.length; i++) {
    const q = Math.floor(i / D);
    steps[i] += q % 9 === 0 ? centres[((q / 9) % 12) * D + (i % D)] : steps[i - D];
  }
  return steps;
};

/** Squared distances of a query to every row, in double precision. */
function distances(bank: Float32Array, query: Float32Array): number[] {
  return Array.from({ length: bank.length / D }, (_, row) => {
    let squared = 0;
    for (let a = 0; a < D; a++) squared += (query[a] - bank[row * D + a]) ** 2;
    return squared;
  });
}

/** The k nearest by direct differences in double precision. */
function plain(bank: Float32Array, query: Float32Array, k: number): { row: number; squared: number }[] {
  const all = distances(bank, query).map((squared, row) => ({ row, squared }));
  return all.sort((a, b) => a.squared - b.squared || a.row - b.row).slice(0, k);
}

/** Rows at two ends, one more than half of them at the first: a block holds some of both. */
const ends = (n: number): Float32Array => normal(n, 0.01).map((value, i) => value + (i < (n / 2 + 1) * D ? -1 : 1));
/** Rows and their opposites, the last row where their mean lies. */
const opposites = (n: number): Float32Array =>
  Float32Array.from({ length: n * D }, (_, i) => {
    const row = Math.floor(i / D);
    return row === n - 1 ? 0 : (row % 2 ? -1 : 1) * ((row >> 1) + 1) * (((i % D) % 3) + 1);
  });

const halves = normal(40);
const cases: Record<string, [bank: Float32Array, queries: Float32Array]> = {
  random: [normal(500), normal(60)],
  'near a plane': [lowRank(400), lowRank(50)],
  'queries in the bank': [halves, halves],
  'duplicated rows': [Float32Array.from({ length: 80 * D }, (_, i) => halves[i % halves.length]), halves],
  'all rows equal': [new Float32Array(30 * D).fill(2), normal(9)],
  'one row': [normal(1), normal(5)],
  'queries far outside': [normal(300), normal(30, 60)],
  'clumps and a walk': [clumps(611), walk(120)],
  'two ends and queries far outside': [ends(16), normal(10, 60)],
  'rows and queries at the mean': [opposites(21), opposites(5)],
  'huge and tiny': [normal(100).map((value, i) => value * 10 ** ((Math.floor(i / D) % 7) - 3)), normal(20)],
};

for (const [name, [bank, queries]] of Object.entries(cases)) {
  test(`indexNeighbours finds what brute force finds: ${name}`, async () => {
    const results: unknown[] = [];
    const all = Array.from({ length: queries.length / D }, (_, q) => distances(bank, queries.subarray(q * D)));
    for (const count of [1, 3]) {
      const threads = startThreads(count);
      for (const k of [1, 4, 1000]) {
        const found = await (await indexNeighbours(threads, bank, D, k)).search(queries);
        const kept = Math.min(k, bank.length / D);
        assert.equal(found.rows.length, (queries.length / D) * kept);
        for (let q = 0; q < queries.length / D; q++) {
          const expected = plain(bank, queries.subarray(q * D, (q + 1) * D), kept);
          for (let j = 0; j < kept; j++) {
            const at = q * kept + j;
            const { row, squared } = expected[j];
            assert.ok(Math.abs(found.squared[at] - squared) <= 1e-6 * squared, `query ${q}, neighbour ${j}`);
            const tie = Math.abs(all[q][found.rows[at]] - squared) <= 2e-6 * squared;
            assert.ok(found.rows[at] === row || tie, `query ${q}, neighbour ${j}: row ${found.rows[at]}`);
          }
          const own = found.rows.subarray(q * kept, (q + 1) * kept);
          assert.equal(new Set(own).size, kept, `query ${q}: no row twice`);
        }
        results.push(found);
      }
      await threads.close();
    }
    assert.deepEqual(results.slice(0, 3), results.slice(3), 'the same bytes from any number of threads');
  });
}

test('an exact duplicate is at distance 0, and of equal rows the lowest wins', async () => {
  const threads = startThreads(2);
  const [bank] = cases['duplicated rows'];
  const { rows, squared } = await (await indexNeighbours(threads, bank, D, 2)).search(halves);
  for (let q = 0; q < 40; q++) {
    assert.deepEqual([rows[2 * q], rows[2 * q + 1]], [q, q + 40]);
    assert.deepEqual([squared[2 * q], squared[2 * q + 1]], [0, 0]);
  }
  await threads.close();
});

test('indexNeighbours refuses an empty bank and widths that do not fit', async () => {
  const threads = startThreads(1);
  await assert.rejects(indexNeighbours(threads, new Float32Array(0), D, 1), RangeError);
  await assert.rejects(indexNeighbours(threads, new Float32Array(30), 10, 1), RangeError);
  await threads.close();
});

test('nearestInBanks finds in every bank what searching that bank alone finds', async () => {
  const patches = Float32Array.from([
    ...cases.random[0],
    ...cases['duplicated rows'][0],
    ...cases['near a plane'][0].subarray(0, 100 * D),
  ]);
  const queries = Float32Array.from([...normal(40), ...halves.subarray(0, 20 * D), ...cases['near a plane'][1]]);
  const n = patches.length / D;
  const draw = createRandom(8);
  const banks = [400, 37, 1, 150, 680].map((count) => draw.distinct(n, count));
  const threads = startThreads(2);
  const many = await nearestInBanks(threads, patches, D, banks, queries);
  const q = queries.length / D;
  for (const [b, picks] of banks.entries()) {
    const rows = new Float32Array(picks.length * D);
    picks.forEach((pick, i) => {
      rows.set(patches.subarray(pick * D, (pick + 1) * D), i * D);
    });
    const alone = await (await indexNeighbours(threads, rows, D, 1)).search(queries);
    assert.deepEqual([...many.squared.subarray(b * q, (b + 1) * q)], [...alone.squared]);
    assert.deepEqual(
      [...many.patches.subarray(b * q, (b + 1) * q)],
      [...alone.rows].map((row) => picks[row]),
    );
  }
  await threads.close();
});

test('within a distance an index finds exactly the rows that lie there, the nearest k of them', async () => {
  for (const [name, [bank, queries]] of Object.entries(cases)) {
    const threads = startThreads(2);
    const q = queries.length / D;
    const m = bank.length / D;
    const all = await (await indexNeighbours(threads, bank, D, m)).search(queries);
    for (const k of [1, 4]) {
      const index = await indexNeighbours(threads, bank, D, k);
      const kept = Math.min(k, m);
      const at = createRandom(k);
      // A row's own distance, so that the border itself is met; nothing, and everything.
      const within = Float32Array.from({ length: q }, (_, i) => {
        if (i % 5 === 0) return i % 2 ? Number.POSITIVE_INFINITY : -1;
        return all.squared[i * m + at.integer(Math.min(m, 2 * k + 1))];
      });
      const found = await index.search(queries, { within });
      for (let i = 0; i < q; i++) {
        const reached = [...all.squared.subarray(i * m, (i + 1) * m)].filter((squared) => squared <= within[i]).length;
        const there = Math.min(kept, reached);
        const rows = found.rows.subarray(i * kept, (i + 1) * kept);
        assert.deepEqual([...rows.subarray(0, there)], [...all.rows.subarray(i * m, i * m + there)], `${name}, ${i}`);
        assert.ok(
          rows.subarray(there).every((row) => row === NO_ROW),
          `${name}, ${i}: none beyond`,
        );
        const own = found.squared.subarray(i * kept, i * kept + there);
        assert.deepEqual([...own], [...all.squared.subarray(i * m, i * m + there)]);
      }
    }
    await threads.close();
  }
});
