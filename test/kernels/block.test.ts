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
  const shape = { rows: 8, bank, d: 16, fine: bank, fineDims: 16, query: at, queryFine: at, slack: 0, margin: 0 };
  const bounds = [0, 1, 2, 3, 4, 5, 6, Number.POSITIVE_INFINITY];

  const alone = blockAt(arena.memory, arena.take(blockBytes(SEARCH_BLOCK)), SEARCH_BLOCK);
  const found = arena.take(16);
  alone.set({ ...shape, bounds: put(bounds), seeds: arena.take(16), seedCount: 2, best: found });
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
  const best = arena.take(32);
  const masks = arena.take(32);
  // Even rows are in bank 0, all rows from 4 on in bank 1.
  arena.ints(masks, 8).set([1, 0, 1, 0, 3, 2, 3, 2]);
  const orders = arena.take(64);
  arena.ints(orders, 16).set(Array.from({ length: 16 }, (_, i) => 40 + i));
  many.set({ ...shape, bounds: put(bounds), seeds: arena.take(8), seedCount: 1, best, banks: 2, masks, orders });
  kernels.nearestMany(many.at);
  assert.deepEqual(
    [...arena.floats(best, 8)].filter((_, i) => i % 4 === 0),
    [1, 49],
  );
  assert.deepEqual(
    [...arena.ints(best, 8)].filter((_, i) => i % 4 === 1 || i % 4 === 2),
    [2, 42, 4, 52],
  );
});
