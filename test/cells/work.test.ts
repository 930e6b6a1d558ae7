import assert from 'node:assert/strict';
import { mkdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { startingAt, type WorkOutcome, workThrough } from '../../src/cells/work.js';
import { thisWorker, type Worker } from '../../src/cells/worker.js';
import { Cancelled } from '../../src/errors.js';
import { SILENT } from '../../src/progress.js';
import { below, temporaryFolder } from '../temporary.js';

const other = (changes: Partial<Worker>): Worker => ({ ...thisWorker({}), machine: 'elsewhere', ...changes });

/** Cells that count how often they were computed. */
function counted(count: number, compute: (i: number) => Promise<void> = async () => undefined) {
  const computed = new Array<number>(count).fill(0);
  const finished = new Set<number>();
  const tasks = Array.from({ length: count }, (_, i) => ({
    label: `cell ${i}`,
    plan: async () => ({
      name: `cell${i}`,
      find: async () => finished.has(i),
      async compute() {
        computed[i]++;
        await compute(i);
        finished.add(i);
      },
    }),
  }));
  return { tasks, computed, finished };
}

/** A claim of a worker elsewhere, of which was last heard so many seconds ago. */
async function foreignClaim(folder: string, silent: number): Promise<void> {
  const path = join(folder, 'claims/cell0.1');
  await mkdir(join(folder, 'claims'), { recursive: true });
  await writeFile(path, `${JSON.stringify({ worker: other({ token: 'foreign' }), since: 0 })}\n`);
  const heard = Date.now() / 1000 - silent;
  await utimes(path, heard, heard);
}

const HOURS = { beat: 3600, stale: 7200 };
const arrayTask = (index: number): Worker =>
  other({ run: '7', task: `7_${index}`, index, host: `n${index}`, token: `t${index}`, machine: `m${index}` });

test('a claim without signs of life for too long is taken over by one of those who see it', async (t) => {
  const folder = await temporaryFolder(t);
  await foreignClaim(folder, 8000);
  const { tasks, computed } = counted(2);
  const run = (index: number): Promise<WorkOutcome> =>
    workThrough(folder, tasks, { reporter: SILENT, worker: arrayTask(index), times: HOURS });
  const outcomes = await Promise.all([1, 2, 3].map(run));
  assert.deepEqual(computed, [1, 1]);
  assert.equal(
    outcomes.reduce((sum, { done }) => sum + done, 0),
    2,
  );
});

test('array tasks leave when others hold the rest, but for one, which waits for them', async (t) => {
  const folder = await temporaryFolder(t);
  await foreignClaim(folder, 10);
  const { tasks, computed, finished } = counted(2);
  let back = 0;
  const run = async (index: number): Promise<WorkOutcome> => {
    const outcome = await workThrough(folder, tasks, { reporter: SILENT, worker: arrayTask(index), times: HOURS });
    // The holder elsewhere finishes once two have left.
    if (++back === 2) finished.add(0);
    return outcome;
  };
  const outcomes = await Promise.all([1, 2, 3].map(run));
  assert.deepEqual(computed, [0, 1]);
  // Cell 1 may have been under way when they left.
  assert.equal(outcomes.filter(({ left }) => left > 0).length, 2);
});

test('a requeued task takes up its own cell at once; a foreign one with a live claim is left alone', async (t) => {
  const folder = await temporaryFolder(t);
  const times = { beat: 3600, stale: 3600 };
  const never = counted(1, () => new Promise(() => undefined));
  const first = other({ run: '7', task: '7_1', index: 1, token: 'before' });
  void workThrough(folder, never.tasks, { reporter: SILENT, worker: first, times });
  while (never.computed[0] === 0) await new Promise((next) => setTimeout(next, 5));
  const { tasks, computed } = counted(1);
  const foreign = other({ run: '8', task: '8_1', index: 1, token: 'foreign', machine: 'a third' });
  const controller = new AbortController();
  const waiting = workThrough(folder, tasks, { reporter: SILENT, worker: foreign, times, signal: controller.signal });
  const again = other({ run: '7', task: '7_1', index: 1, token: 'after', machine: 'another node' });
  assert.equal((await workThrough(folder, tasks, { reporter: SILENT, worker: again, times })).done, 1);
  assert.deepEqual(computed, [1]);
  assert.equal((await waiting).reused, 1);
});

test('a failure is a file: final for its array and for those at work, tried again by who starts later', async (t) => {
  const folder = await temporaryFolder(t);
  let broken = true;
  const { tasks, computed } = counted(2, async (i) => {
    if (i === 0 && broken) throw new Error('no such luck');
  });
  const run = (worker: Worker): Promise<WorkOutcome> => workThrough(folder, tasks, { reporter: SILENT, worker });
  const failed = [{ label: 'cell 0', why: 'no such luck' }];
  assert.deepEqual(await run(other({ run: '7', task: '7_1', index: 1 })), {
    done: 1,
    reused: 0,
    failures: failed,
    left: 0,
  });
  assert.match(
    await readFile(join(folder, 'failures/cell0.json'), 'utf8'),
    /"why": "no such luck"[\s\S]*"task": "7_1"/,
  );
  assert.deepEqual((await run(other({ run: '7', task: '7_2', index: 2 }))).failures, failed);
  assert.deepEqual(computed, [1, 1]);
  broken = false;
  await new Promise((next) => setTimeout(next, 20));
  assert.deepEqual((await run(thisWorker({}))).done, 1);
  assert.deepEqual(
    (await below(folder)).filter((name) => name.includes('failures/')),
    [],
  );
});

test('who is told to stop gives the cell back', async (t) => {
  const folder = await temporaryFolder(t);
  const stopped = counted(1, async () => {
    throw new Cancelled();
  });
  await assert.rejects(workThrough(folder, stopped.tasks, { reporter: SILENT }), Cancelled);
  const { tasks } = counted(1);
  const stranger = other({ run: '9', task: '9_1', index: 1 });
  assert.equal((await workThrough(folder, tasks, { reporter: SILENT, worker: stranger })).done, 1);
});

test('a claim that was cut off before its content is a claim still', async (t) => {
  const folder = await temporaryFolder(t);
  const { tasks, computed, finished } = counted(1);
  const worker = other({ run: '7', task: '7_1', index: 1 });
  await workThrough(folder, tasks, { reporter: SILENT, worker });
  finished.clear();
  await writeFile(join(folder, 'claims/cell0.1'), '');
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 100);
  await assert.rejects(workThrough(folder, tasks, { reporter: SILENT, signal: controller.signal }), Cancelled);
  assert.deepEqual(computed, [1]);
});

test('tasks begin far apart, whatever their number', () => {
  const items = Array.from({ length: 100 }, (_, i) => i);
  assert.deepEqual(startingAt(items, null), items);
  for (const count of [2, 8, 64]) {
    const firsts = Array.from({ length: count }, (_, index) => startingAt(items, index)[0]).sort((a, b) => a - b);
    const gaps = firsts.map((first, i) => (i + 1 < count ? firsts[i + 1] : firsts[0] + 100) - first);
    assert.ok(Math.max(...gaps) <= Math.ceil(200 / count), `${gaps}`);
    for (const index of [1, count])
      assert.deepEqual(
        startingAt(items, index).sort((a, b) => a - b),
        items,
      );
  }
});
