import assert from 'node:assert/strict';
import test from 'node:test';
import { stoppable, stopWord } from '../../src/kernels/stop-word.js';

test('stoppable sets the word on request and on failure, and only then', async () => {
  const calm = stopWord();
  assert.equal(await stoppable(calm, new AbortController().signal, async () => 7), 7);
  assert.equal(calm[0], 0);

  const failing = stopWord();
  await assert.rejects(
    stoppable(failing, undefined, async () => {
      throw new RangeError('of its own');
    }),
    { name: 'RangeError', message: 'of its own' },
  );
  assert.equal(failing[0], 1);

  const asked = stopWord();
  const controller = new AbortController();
  const job = stoppable(asked, controller.signal, async () => {
    controller.abort();
    assert.equal(asked[0], 1, 'at once');
    throw new Error('the task noticed');
  });
  await assert.rejects(job, { name: 'Cancelled' });

  const late = stopWord();
  await stoppable(late, AbortSignal.abort(), async () => assert.equal(late[0], 1, 'asked before it began'));
  const after = new AbortController();
  const finished = stopWord();
  await stoppable(finished, after.signal, async () => undefined);
  after.abort();
  assert.equal(finished[0], 0, 'what is over is left alone');
});
