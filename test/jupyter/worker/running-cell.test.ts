import assert from 'node:assert/strict';
import test from 'node:test';
import { Interrupted, RunningCell } from '../../../src/jupyter/worker/running-cell.js';

test('guard(value) gives what a promise gives, errors as they are', async () => {
  const cell = new RunningCell(1);
  assert.equal(await cell.guard(5), 5);
  assert.equal(await cell.guard(Promise.resolve('a')), 'a');
  const error = new Error('own');
  await assert.rejects(cell.guard(Promise.reject(error)), (thrown) => thrown === error);
});

test('interrupt() ends every wait, the innermost first, and every later one; timers are cleared', async () => {
  const cell = new RunningCell(1);
  const order: string[] = [];
  const inner = async (): Promise<void> => {
    try {
      await cell.guard(new Promise(() => undefined));
    } catch (error) {
      order.push('inner');
      throw error;
    }
  };
  const outer = async (): Promise<void> => {
    try {
      await cell.guard(inner());
    } catch (error) {
      order.push('outer');
      throw error;
    }
  };
  const ended = assert.rejects(outer(), Interrupted);
  let cleared = 0;
  cell.own({}, () => cleared++);
  cell.interrupt();
  await ended;
  assert.deepEqual(order, ['inner', 'outer']);
  assert.equal(cleared, 1);
  await assert.rejects(cell.guard(1), Interrupted);
});

test('work that listens to the signal ends by itself, with its own error', async () => {
  const cell = new RunningCell(1);
  const { signal } = cell;
  const work = new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('tidied up'))));
  const ended = assert.rejects(cell.guard(work), /tidied up/);
  cell.interrupt();
  await ended;
});
