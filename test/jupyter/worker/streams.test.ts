import assert from 'node:assert/strict';
import test from 'node:test';
import type { FromWorker } from '../../../src/jupyter/worker/messages.js';
import { createStreams } from '../../../src/jupyter/worker/streams.js';

test('createStreams: the first prints leave at once, a flood is gathered, nothing is lost or mixed', () => {
  const told: FromWorker[] = [];
  const streams = createStreams((message) => told.push(message));
  streams.write(1, 'stdout', 'first\n');
  assert.equal(told.length, 1, 'before the event loop turns');
  for (let i = 0; i < 5000; i++) streams.write(1, 'stdout', `${i}\n`);
  assert.ok(told.length < 1000);
  streams.write(1, 'stderr', 'other');
  streams.write(2, 'stdout', 'next cell');
  streams.flush();
  const text = (cell: number, name: string): string =>
    told
      .map((message) =>
        message.kind === 'stream' && message.cell === cell && message.name === name ? message.text : '',
      )
      .join('');
  assert.equal(text(1, 'stdout'), `first\n${Array.from({ length: 5000 }, (_, i) => `${i}\n`).join('')}`);
  assert.deepEqual([text(1, 'stderr'), text(2, 'stdout')], ['other', 'next cell']);
});
