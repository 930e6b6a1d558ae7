import assert from 'node:assert/strict';
import test from 'node:test';
import { createArena } from '../../src/kernels/arena.js';
import { blockAt, blockBytes } from '../../src/kernels/block.js';
import { GREEDY_BLOCK, SEARCH_BLOCK, SEARCH_MANY_BLOCK } from '../../src/kernels/blocks.js';
import { instantiateKernels } from '../../src/kernels/wasm.js';

test('a block keeps every word apart, offsets beyond 2 GB and numbers with a point as they are', () => {
  const arena = createArena(1024);
  const at = arena.take(blockBytes(GREEDY_BLOCK));
  const block = blockAt(arena.memory, at, GREEDY_BLOCK);
  const values = Object.fromEntries(Object.keys(GREEDY_BLOCK).map((name, i) => [name, 100 + i]));
  block.set(values);
  block.set({ panels: 3e9, slack: 0.25 });
  const again = blockAt(arena.memory, at, GREEDY_BLOCK);
  for (const name of Object.keys(GREEDY_BLOCK) as (keyof typeof GREEDY_BLOCK)[]) {
    const expected = name === 'panels' ? 3e9 : name === 'slack' ? 0.25 : values[name];
    assert.equal(again.get(name), expected, name);
  }
});

test('the kernels read the blocks as the host writes them', () => {
  const arena = createArena(4096);
  const kernels = instantiateKernels(arena.memory);
  const put = (values: number[]): number => {
    const at = arena.take(values.length * 4);
    arena.floats(at, values.length).set(values);
    return at;
  };
  // Eight rows of 16 equal values: the squared distance of rows a and b is 16 (a − b)².
  const rows = Array.from({ length: 8 }, (_, row) => new Array<number>(16).fill(row)).flat();
  const query = new Array<number>(16).fill(2.25);
  const bank = put(rows);
  const at = put(query);
  // The finer bound in quarters, so that it is exact; the coarse one lets every row but the last pass.
  const whole = (values: number[]): number => {
    const to = arena.take(values.length * 2);
    new Int16Array(arena.memory.buffer, to, values.length).set(values);
    return to;
  };
  const fine = whole(rows.map((value) => 4 * value));
  const queryFine = whole(query.map((value) => 4 * value));
  const scales = { scale: 1, slack: 0, fineScale: 4, fineSlack: 0, waiting: arena.take(16 * 8) };
  const shape = {
    rows: 16,
    bank,
    d: 16,
    fine,
    fineDims: 16,
    query: at,
    queryFine,
    within: Number.POSITIVE_INFINITY,
    ...scales,
  };
  const bounds = (): number => {
    const to = arena.take(16 * 4);
    arena.ints(to, 16).fill(0x3fffffff).set([0, 1, 2, 3, 4, 5, 6]);
    return to;
  };

  const alone = blockAt(arena.memory, arena.take(blockBytes(SEARCH_BLOCK)), SEARCH_BLOCK);
  const found = arena.take(16);
  alone.set({ ...shape, bounds: bounds(), seeds: arena.take(16), seedCount: 2, k: 2, best: found });
  assert.equal(kernels.nearest(alone.at), 4, 'two seeds, and rows 2 and 3, which displace them');
  assert.deepEqual(
    [...arena.floats(found, 4)].filter((_, i) => i % 2 === 0),
    [1, 9],
  );
  assert.deepEqual(
    [...arena.ints(found, 4)].filter((_, i) => i % 2 === 1),
    [2, 3],
  );

  const many = blockAt(arena.memory, arena.take(blockBytes(SEARCH_MANY_BLOCK)), SEARCH_MANY_BLOCK);
  const best = arena.take(40);
  const masks = arena.take(64);
  // Even rows are in bank 0, all rows from 4 on in bank 1.
  arena.ints(masks, 8).set([1, 0, 1, 0, 3, 2, 3, 2]);
  const orders = arena.take(128);
  arena.ints(orders, 32).set(Array.from({ length: 32 }, (_, i) => 40 + i));
  many.set({ ...shape, bounds: bounds(), seeds: arena.take(8), seedCount: 1, best, banks: 2, masks, orders });
  kernels.nearestMany(many.at);
  assert.deepEqual(
    [...arena.floats(best, 10)].filter((_, i) => i % 5 === 0),
    [1, 49],
  );
  assert.deepEqual(
    [...arena.ints(best, 10)].filter((_, i) => i % 5 === 1 || i % 5 === 2),
    [2, 42, 4, 60],
  );
});
