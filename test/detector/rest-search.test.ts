import assert from 'node:assert/strict';
import test from 'node:test';
import { indexNeighbours } from '../../src/detector/neighbours.js';
import { type Known, restSearch } from '../../src/detector/rest-search.js';
import { threadCompute } from '../../src/engine/stage.js';
import { gatherRows } from '../../src/kernels/gather-rows.js';
import { startThreads } from '../../src/kernels/threads.js';
import { createRandom } from '../../src/random.js';

const D = 32;
const random = createRandom(17);
const normal = (n: number): Float32Array => Float32Array.from({ length: n * D }, () => random.normal());
const half = normal(120);
/** Patches, and queries among and beside them. */
const cases: Record<string, [patches: Float32Array, queries: Float32Array]> = {
  random: [normal(300), normal(150)],
  'every patch twice': [Float32Array.from([...half, ...half]), Float32Array.from([...half, ...normal(30)])],
  'few values, so that many are as near': [
    Float32Array.from({ length: 200 * D }, () => random.integer(2)),
    Float32Array.from({ length: 150 * D }, () => random.integer(2)),
  ],
  'all patches equal': [new Float32Array(50 * D).fill(1), normal(20)],
};

for (const [name, [patches, queries]] of Object.entries(cases)) {
  test(`what relatives leave open is all that is searched, and the answer is that of a whole search: ${name}`, async () => {
    const threads = startThreads(2);
    const compute = threadCompute(threads, 'wasm');
    const n = patches.length / D;
    const whole = async (picks: Int32Array): Promise<Known> => {
      const bank = gatherRows(patches, D, picks);
      return (await (await indexNeighbours(threads, bank, D, 1)).search(queries)) as Known;
    };
    // Each bank after up to two others, sometimes through answers that were found so themselves.
    let before: { picks: Int32Array; known: Known }[] = [];
    for (let round = 0; round < 12; round++) {
      const count = 1 + random.integer(Math.ceil(n / 2));
      const drawn = random.distinct(n, count);
      const shared = before[0]?.picks.subarray(0, Math.floor(before[0].picks.length * 0.7)) ?? [];
      // A row that stands twice is what a coreset gives when its kept rows run out.
      const picks =
        round % 3 === 1 ? Int32Array.from([...drawn, drawn[0]]) : Int32Array.from(new Set([...drawn, ...shared]));
      const expected = await whole(picks);
      const relatives = before.map((own) => own.picks);
      const bank = { rows: gatherRows(patches, D, picks), picks };
      const known = before.map((own) => own.known);
      const found = await restSearch(compute, bank, relatives).search(queries, known);
      assert.deepEqual(found!.rows, Int32Array.from(expected.rows), `round ${round}`);
      assert.deepEqual(found!.squared, Float32Array.from(expected.squared), `round ${round}`);
      if (new Set(picks).size === picks.length) {
        // A tie may be told where there is none, never the other way round.
        for (const [q, tied] of expected.tied.entries()) assert.ok(found!.tied[q] >= tied, `round ${round}, ${q}`);
      }
      before = [{ picks, known: found! }, ...before].slice(0, 2);
    }
    await threads.close();
  });
}

test('an index that does not tell ties is not relied on', async () => {
  const index = { search: async () => ({ rows: new Int32Array(4), squared: new Float32Array(4) }) };
  const bank = { rows: normal(3), picks: Int32Array.of(5, 6, 7) };
  const known = { rows: new Int32Array(4), squared: new Float32Array(4), tied: new Uint8Array(4) };
  const rest = restSearch({ run: async () => index as never }, bank, [Int32Array.of(9)]);
  assert.equal(await rest.search(normal(4), [known]), null);
});
