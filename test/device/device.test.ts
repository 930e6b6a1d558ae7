import assert from 'node:assert/strict';
import test from 'node:test';
import { createDevice, inBlocks, OutOfMemory } from '../../src/device/device.js';
import type { ErrorScopes } from '../../src/device/error-scopes.js';
import { loadTensorFlow } from '../../src/engine/tensorflow.js';

async function device(scopes?: ErrorScopes): Promise<ReturnType<typeof createDevice>> {
  const tf = await loadTensorFlow('cpu');
  return createDevice(tf, { name: 'cpu', about: 'cpu', budget: 2 ** 20, scopes });
}

test('a block that does not fit is halved, and the rest goes on at that size', async () => {
  const own = await device();
  const visited: [number, number][] = [];
  await inBlocks(own, 20, 16, async (from, to) => {
    if (to - from > 5) throw new Error('OOM when allocating tensor with shape [16,1024]');
    visited.push([from, to]);
  });
  assert.deepEqual(visited, [
    [0, 4],
    [4, 8],
    [8, 12],
    [12, 16],
    [16, 20],
  ]);
});

test('one item that does not fit is an error, and so is anything else', async () => {
  const own = await device();
  const never = inBlocks(own, 4, 4, async () => {
    throw new Error('Failed to allocate memory for buffer mapping');
  });
  await assert.rejects(never, OutOfMemory);
  let tries = 0;
  const broken = inBlocks(own, 4, 4, async () => {
    tries++;
    throw new Error('shapes do not match');
  });
  await assert.rejects(broken, /shapes do not match/);
  assert.equal(tries, 1);
});

test('errors that a device keeps to itself are found after the work', async () => {
  const popped: ({ message: string } | null)[] = [{ message: 'no room for 4 GB' }, null];
  const memory = await device({ pushErrorScope: () => {}, popErrorScope: async () => popped.shift()! });
  await assert.rejects(
    memory.attempt(async () => 1),
    (error) => error instanceof OutOfMemory && /no room for 4 GB/.test((error.cause as Error).message),
  );
  const second: ({ message: string } | null)[] = [null, { message: 'bind group is invalid' }];
  const invalid = await device({ pushErrorScope: () => {}, popErrorScope: async () => second.shift()! });
  await assert.rejects(
    invalid.attempt(async () => 1),
    (error) => !(error instanceof OutOfMemory) && /bind group/.test((error as Error).message),
  );
});

test('what an attempt made is trusted when all of it found room, and doubted otherwise', async () => {
  const invalid = { message: '[Invalid Buffer (unlabeled)] is invalid due to a previous error.\n - While calling' };
  const popped: ({ message: string } | null)[] = [
    null,
    null,
    null,
    invalid,
    { message: 'vkAllocateMemory failed' },
    null,
  ];
  const calls: string[] = [];
  const own = await device({
    pushErrorScope: () => {},
    async popErrorScope() {
      calls.push('pop');
      return popped.shift()!;
    },
    submit: () => void calls.push('submit'),
    trust: () => void calls.push('trust'),
    doubt: () => void calls.push('doubt'),
  });
  assert.equal(await own.attempt(async () => 1), 1);
  for (let time = 0; time < 2; time++) {
    await assert.rejects(
      own.attempt(async () => 1),
      (error) => error instanceof OutOfMemory && /^the device has no room for this\. [^\n]*$/.test(error.message),
    );
  }
  const each = ['submit', 'pop', 'pop'];
  assert.deepEqual(calls, [...each, 'trust', ...each, 'doubt', ...each, 'doubt']);
});

test('work runs one piece at a time, and its tensors are freed unless kept', async () => {
  const own = await device();
  const { tf } = own;
  const before = tf.memory().numTensors;
  const running = { now: 0, most: 0 };
  const piece = (keep: boolean): Promise<number> =>
    own.attempt(async () => {
      running.most = Math.max(running.most, ++running.now);
      const x = tf.tensor1d([1, 2, 3]);
      const y = tf.mul(x, 2);
      if (keep) tf.keep(y);
      const [, value] = await y.data();
      running.now--;
      return value;
    });
  assert.deepEqual(await Promise.all([piece(false), piece(true), piece(false)]), [4, 4, 4]);
  assert.equal(running.most, 1);
  assert.equal(tf.memory().numTensors, before + 1);
  await assert.rejects(
    own.attempt(async () => {
      tf.tensor1d([1]);
      throw new Error('stop');
    }),
  );
  assert.equal(tf.memory().numTensors, before + 1);
});
