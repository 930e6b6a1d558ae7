import assert from 'node:assert/strict';
import test from 'node:test';
import { checkCancelled } from '../../../src/errors.js';
import type { Lab } from '../../../src/experiment/lab.js';
import { createJobs } from '../../../src/explore/server/jobs.js';
import type { JobState } from '../../../src/explore/view/jobs.js';
import { SILENT } from '../../../src/progress.js';

const lab = { reporter: SILENT } as Lab;

/** Jobs whose changes are kept, and a wait for the end of one. */
function watched(): ReturnType<typeof createJobs> & { heard: JobState[]; ended(id: number): Promise<JobState> } {
  const jobs = createJobs(lab, (error) => `said: ${(error as Error).message}`);
  const heard: JobState[] = [];
  jobs.watch((state) => heard.push(state));
  const over = (id: number): JobState | undefined =>
    heard.find((state) => state.id === id && /done|failed|cancelled/.test(state.status));
  return {
    ...jobs,
    heard,
    ended: (id) =>
      new Promise((resolve) => {
        const known = over(id);
        if (known) return resolve(known);
        const stop = jobs.watch(() => {
          const state = over(id);
          if (!state) return;
          stop();
          resolve(state);
        });
      }),
  };
}

test('jobs run one after the other and tell how far they are', async () => {
  const jobs = watched();
  const order: string[] = [];
  const work = (name: string) => async (own: Lab) => {
    order.push(`${name} begins`);
    own.reporter.stage('coreset')(3, 9);
    await new Promise(setImmediate);
    order.push(`${name} ends`);
  };
  const [a, b] = [jobs.start('a', 'A', work('a')), jobs.start('b', 'B', work('b'))];
  await jobs.ended(b);
  assert.deepEqual(order, ['a begins', 'a ends', 'b begins', 'b ends']);
  assert.ok(
    jobs.heard.some(({ id, stage, done, total }) => id === a && stage === 'coreset' && done === 3 && total === 9),
  );
  assert.deepEqual(
    jobs.states().map(({ status }) => status),
    ['done', 'done'],
  );
});

test('the same work is not begun twice while it waits or runs', async () => {
  const jobs = watched();
  let runs = 0;
  const work = async (): Promise<void> => void runs++;
  const first = jobs.start('a', 'A', work);
  assert.equal(jobs.start('a', 'A', work), first);
  await jobs.ended(first);
  const again = jobs.start('a', 'A', work);
  assert.notEqual(again, first);
  await jobs.ended(again);
  assert.equal(runs, 2);
});

test('a running job and a waiting one are cancelled; a failed one says why, and the next goes on', async () => {
  const jobs = watched();
  const endless = async ({ signal }: Lab): Promise<void> => {
    for (;;) {
      checkCancelled(signal);
      await new Promise(setImmediate);
    }
  };
  const [running, waiting] = [jobs.start('a', 'A', endless), jobs.start('b', 'B', endless)];
  assert.ok(jobs.cancel(waiting) && jobs.cancel(running));
  assert.equal((await jobs.ended(running)).status, 'cancelled');
  assert.equal((await jobs.ended(waiting)).status, 'cancelled');
  assert.ok(!jobs.cancel(running) && !jobs.cancel(99));
  const failing = jobs.start('c', 'C', async () => {
    throw new Error('no image');
  });
  assert.deepEqual((await jobs.ended(failing)).error, 'said: no image');
  assert.equal((await jobs.ended(jobs.start('d', 'D', async () => undefined))).status, 'done');
});
