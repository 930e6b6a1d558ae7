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
  // Eight rows of 16 equal values, the highest first: the squared distance of rows a and b is 16 (a − b)². Behind them a block without a row,
  // and one whose row is the query itself but is said to lie out of reach.
  const rows = [7, 6, 5, 4, 3, 2, 1, 0, ...new Array<number>(8).fill(0), 2.25, ...new Array<number>(7).fill(0)];
  const values = rows.flatMap((row) => new Array<number>(16).fill(row));
  const query = new Array<number>(16).fill(2.25);
  const whole = (numbers: number[]): number => {
    const to = arena.take(numbers.length * 2);
    new Int16Array(arena.memory.buffer, to, numbers.length).set(numbers);
    return to;
  };
  const ints = (numbers: number[]): number => {
    const to = arena.take(numbers.length * 4);
    arena.ints(to, numbers.length).set(numbers);
    return to;
  };
  const FAR = 0x3fffffff;
  const square = 4;
  const shape = {
    blocks: 3,
    rank: ints(rows.map((row, place) => (place < 8 ? row : place === 16 ? 8 : 0x7fffffff))),
    bank: put(values),
    d: 16,
    // The coarse bound: one pair of dimensions, (row − 2)².
    panels: whole(rows.flatMap((row) => [row, 0])),
    pairs: 1,
    norms: ints(rows.map((row, place) => (place < 8 ? row * row : place === 16 ? 4 : FAR))),
    radii: put([4, 1, 1, ...new Array<number>(13).fill(Number.NaN)]),
    queryPairs: whole([-4, 0]),
    querySquare: square,
    // The finer bound in quarters, so that it is exact.
    fine: whole(values.map((value) => 4 * value)),
    fineDims: 16,
    query: put(query),
    queryFine: whole(query.map((value) => 4 * value)),
    within: Number.POSITIVE_INFINITY,
    hint: -1,
    scale: 1,
    slack: 0,
    fineScale: 4,
    fineSlack: 0,
    waiting: arena.take(24 * 8),
    eight: arena.take(32),
  };
  const bounds = (): number => ints([1, 0, 10_000, ...new Array<number>(13).fill(FAR)]);
  const seeds = (): number => arena.take(2 * (64 + 8));

  const alone = blockAt(arena.memory, arena.take(blockBytes(SEARCH_BLOCK)), SEARCH_BLOCK);
  const found = arena.take(16);
  alone.set({ ...shape, bounds: bounds(), seeds: seeds(), seedCount: 2, k: 2, best: found });
  assert.equal(kernels.nearest(alone.at), 2, 'rows 2 and 3, and no other');
  assert.deepEqual(
    [...arena.floats(found, 4)].filter((_, i) => i % 2 === 0),
    [1, 9],
  );
  assert.deepEqual(
    [...arena.ints(found, 4)].filter((_, i) => i % 2 === 1),
    [2, 3],
  );

  const many = blockAt(arena.memory, arena.take(blockBytes(SEARCH_MANY_BLOCK)), SEARCH_MANY_BLOCK);
  assert.equal(alone.get('hint'), 5, 'the place of row 2');
  alone.set({ bounds: bounds(), k: 1, seedCount: 1 });
  assert.equal(kernels.nearest(alone.at), 1, 'the row hinted at');

  const best = arena.take(40);
  const masks = arena.take(64);
  // Even rows are in bank 0, all rows from 4 on in bank 1.
  arena.ints(masks, 8).set([1, 0, 1, 0, 3, 2, 3, 2]);
  const orders = ints(Array.from({ length: 18 }, (_, i) => 40 + i));
  many.set({ ...shape, bounds: bounds(), seeds: seeds(), seedCount: 1, best, banks: 2, masks, orders, rows: 9 });
  kernels.nearestMany(many.at);
  assert.deepEqual(
    [...arena.floats(best, 10)].filter((_, i) => i % 5 === 0),
    [1, 49],
  );
  assert.deepEqual(
    [...arena.ints(best, 10)].filter((_, i) => i % 5 === 1 || i % 5 === 2),
    [2, 42, 4, 53],
  );
});
