import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import test from 'node:test';
import { createWire } from '../../../src/jupyter/protocol/wire.js';

test('createWire(key): frames are routing, delimiter, HMAC-SHA256 of the four parts, the parts', () => {
  const wire = createWire('secret');
  const message = wire.message('status', { execution_state: 'idle' }, null, [Buffer.from('who')]);
  const frames = wire.frames(message);
  assert.deepEqual([frames[0].toString(), frames[1].toString(), frames.length], ['who', '<IDS|MSG>', 7]);
  const hmac = createHmac('sha256', 'secret');
  for (const part of frames.slice(3)) hmac.update(part);
  assert.equal(frames[2].toString(), hmac.digest('hex'));
  assert.deepEqual(wire.parse(frames), message);
});

test('createWire(key): a changed or foreign message is not heard', () => {
  const wire = createWire('secret');
  const frames = wire.frames(wire.message('status', { execution_state: 'idle' }, null));
  assert.equal(wire.parse([...frames.slice(0, -1), Buffer.from('{}')]), null);
  assert.equal(createWire('other').parse(frames), null);
  assert.equal(wire.parse([Buffer.from('noise')]), null);
});
