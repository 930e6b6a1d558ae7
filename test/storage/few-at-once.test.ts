import assert from 'node:assert/strict';
import test from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { fewAtOnce } from '../../src/storage/few-at-once.js';

test('results keep the order, and no more than 16 items are worked on at a time', async () => {
  let open = 0;
  let most = 0;
  const items = Array.from({ length: 100 }, (_, i) => i);
  const doubled = await fewAtOnce(items, async (item) => {
    most = Math.max(most, ++open);
    for (let wait = 0; wait < item % 3; wait++) await setImmediate();
    open--;
    return 2 * item;
  });
  assert.deepEqual(
    doubled,
    items.map((item) => 2 * item),
  );
  assert.equal(most, 16);
  assert.deepEqual(await fewAtOnce([], async () => 1), []);
});

test('the first failure ends it: no further item is begun, none is left running', async () => {
  const begun: number[] = [];
  let open = 0;
  const work = async (item: number): Promise<void> => {
    begun.push(item);
    open++;
    await setImmediate();
    open--;
    if (item === 3) throw new Error('three');
  };
  await assert.rejects(
    fewAtOnce(
      Array.from({ length: 100 }, (_, i) => i),
      work,
    ),
    /three/,
  );
  assert.equal(open, 0);
  assert.ok(begun.length < 40, `${begun.length} begun`);
});
