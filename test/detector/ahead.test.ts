import assert from 'node:assert/strict';
import test from 'node:test';
import { oneAhead } from '../../src/detector/ahead.js';

test('answers come in order, each begun while the one before is looked at', async () => {
  const begun: number[] = [];
  const seen: [number, number[]][] = [];
  const work = async (item: number): Promise<number> => {
    begun.push(item);
    return item * 10;
  };
  for await (const answer of oneAhead([1, 2, 3], work)) seen.push([answer, [...begun]]);
  assert.deepEqual(seen, [
    [10, [1, 2]],
    [20, [1, 2, 3]],
    [30, [1, 2, 3]],
  ]);
});

test('a failure is told when its turn comes, and nothing is begun after it', async () => {
  const begun: number[] = [];
  const work = async (item: number): Promise<number> => {
    begun.push(item);
    if (item === 2) throw new Error('two');
    return item;
  };
  const seen: number[] = [];
  await assert.rejects(async () => {
    for await (const answer of oneAhead([1, 2, 3], work)) seen.push(answer);
  }, /two/);
  assert.deepEqual(seen, [1]);
  assert.deepEqual(begun, [1, 2]);
});
