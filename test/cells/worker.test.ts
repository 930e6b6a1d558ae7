import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import test from 'node:test';
import { isGone, thisWorker } from '../../src/cells/worker.js';

test('array tasks are told apart by Slurm’s numbers or the index of an Indexed Job, also on one host', () => {
  const slurm = thisWorker({ SLURM_ARRAY_JOB_ID: '7', SLURM_ARRAY_TASK_ID: '3' });
  assert.deepEqual([slurm.task, slurm.run, slurm.index], ['7_3', '7', 3]);
  const [first, second] = ['0', '1'].map((index) => thisWorker({ JOB_COMPLETION_INDEX: index }));
  assert.deepEqual([first.index, second.index, first.run], [0, 1, second.run]);
  assert.notEqual(first.task, second.task);
  assert.equal(isGone(second, first), false, 'a neighbour on this host is alive');
  assert.equal(
    isGone(thisWorker({ JOB_COMPLETION_INDEX: '0' }), first),
    true,
    'an earlier turn of the same task is not',
  );
  assert.equal(thisWorker({}).task, null);
  assert.equal(first.host, hostname());
});
