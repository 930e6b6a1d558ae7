import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import test from 'node:test';
import { promisify } from 'node:util';
import { createArena } from '../../src/kernels/arena.js';
import { multiplyTransposed } from '../../src/kernels/multiply.js';
import { type Task, type TaskContext, task } from '../../src/kernels/task.js';
import { startThreads } from '../../src/kernels/threads.js';
import { createRandom } from '../../src/random.js';

/** A task from the text of its module. */
function written<Job, Result>(code: string): Task<Job, Result> {
  return task<{ run(context: TaskContext, job: Job): Promise<Result> }>(
    new URL(`data:text/javascript,${encodeURIComponent(code)}`),
  ) as Task<Job, Result>;
}

test('multiplyTransposed equals the plain product and does not depend on the threads', async () => {
  const random = createRandom(1);
  for (const [n, m, k] of [
    [1, 1, 1],
    [5, 3, 7],
    [130, 17, 64],
    [2050, 9, 33],
  ]) {
    const x = Float32Array.from({ length: n * k }, () => random.normal());
    const b = Float32Array.from({ length: m * k }, () => random.normal());
    const results: Float32Array[] = [];
    for (const count of [1, 3]) {
      const threads = startThreads(count);
      results.push(await multiplyTransposed(threads, x, b, k));
      await threads.close();
    }
    assert.deepEqual(results[0], results[1]);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < m; j++) {
        let sum = 0;
        for (let a = 0; a < k; a++) sum = Math.fround(sum + Math.fround(x[i * k + a] * b[j * k + a]));
        assert.equal(results[0][i * m + j], sum);
      }
    }
  }
});

test('each(…) keeps order, reports progress, and passes a task’s error on', async () => {
  const threads = startThreads(2);
  const seen: number[] = [];
  const square = written<{ x: number }, number>('export const run = (context, { x }) => x * x;');
  const progress = (done: number): void => void seen.push(done);
  assert.deepEqual(await threads.each(square, [{ x: 1 }, { x: 2 }, { x: 3 }], { progress }), [1, 4, 9]);
  assert.deepEqual(seen, [1, 2, 3]);
  const fails = written<object, never>('export const run = () => { throw new RangeError("of its own"); };');
  await assert.rejects(threads.each(fails, [{}, {}]), { name: 'RangeError', message: 'of its own' });
  assert.deepEqual(await threads.each(square, [{ x: 5 }]), [25], 'the threads go on working');
  await threads.close();
});

test('each(…) stops when asked, and a thread that dies fails its job only', async () => {
  const threads = startThreads(1);
  const controller = new AbortController();
  const slow = written<object, void>('export const run = () => new Promise((done) => setTimeout(done, 20));');
  setTimeout(() => controller.abort(), 50);
  const many = Array.from({ length: 100 }, () => ({}));
  await assert.rejects(threads.each(slow, many, { signal: controller.signal }), { name: 'Cancelled' });
  await assert.rejects(threads.run(written('export const run = () => process.exit(3);'), {}), /ended with code 3/);
  assert.equal(await threads.run(written('export const run = () => 1;'), {}), 1);
  await threads.close();
});

test('each(…) lends every job a room that no other job has meanwhile; without one a task gets none', async () => {
  const threads = startThreads(3);
  const arena = createArena(1024);
  const rooms = [arena.take(4), arena.take(4)];
  // Counts up where it stands, waits, and sees that nobody else counted there meanwhile.
  const alone = written<object, number>(`export const run = async ({ kernels, scratch }) => {
    const own = new Int32Array(kernels.memory.buffer, scratch, 1);
    const count = Atomics.add(own, 0, 1) + 1;
    await new Promise((done) => setTimeout(done, 5));
    if (Atomics.load(own, 0) !== count) throw new Error('shared');
    return scratch;
  };`);
  const jobs = Array.from({ length: 12 }, () => ({}));
  const used = await threads.each(alone, jobs, { arena, scratch: rooms });
  assert.ok(used.every((room) => rooms.includes(room)));
  assert.equal(arena.ints(rooms[0], 1)[0] + arena.ints(rooms[1], 1)[0], 12);
  await assert.rejects(threads.each(alone, [{}], { arena }), /was lent no room/);
  await assert.rejects(threads.each(alone, [{}], { scratch: rooms }), /has no arena/);
  await threads.close();
});

test('a job is a typed object: what is swapped, missing or of another type does not compile', () => {
  type Span = { run(context: TaskContext, job: { from: number; to: number; rows: Float32Array }): Promise<string> };
  const span: Task<{ from: number; to: number; rows: Float32Array }, string> = task<Span>(new URL('data:,'));
  const threads = startThreads(1);
  const rows = new Float32Array(1);
  // Only compiled: every line that is expected to fail must fail, or the build does.
  const calls = (): unknown[] => [
    threads.run(span, { from: 0, to: 1, rows }) satisfies Promise<string>,
    // @ts-expect-error A list of values in some order is no job.
    threads.run(span, [0, 1, rows]),
    // @ts-expect-error The numbers have names.
    threads.run(span, { first: 0, last: 1, rows }),
    // @ts-expect-error All of them are needed.
    threads.each(span, [{ from: 0, rows }]),
    // @ts-expect-error Nothing more is taken.
    threads.each(span, [{ from: 0, to: 1, rows, scratch: 64 }]),
    // @ts-expect-error The answer's type is the task's.
    threads.run(span, { from: 0, to: 1, rows }) satisfies Promise<number>,
    // @ts-expect-error A task takes its job and nothing else.
    task<{ run(context: TaskContext, from: number, to: number): void }>(new URL('data:,')),
  ];
  assert.equal(typeof calls, 'function');
});

test('createArena gives aligned, separate buffers and refuses more than it has or than 4 GB', () => {
  const arena = createArena(1000);
  const [a, b] = [arena.take(10), arena.take(10)];
  assert.ok(a % 64 === 0 && b - a === 64);
  assert.throws(() => arena.take(1e6), RangeError);
  assert.throws(() => createArena(5e9), /more than WebAssembly's 4 GB/);
});

test('threads asked to forget drop what tasks keep, and tasks build it anew', async () => {
  const worker = new URL('../../src/kernels/worker.js', import.meta.url).href;
  const keeper = written<object, number>(
    `import { forget } from '${worker}';\nlet kept = 0;\nforget.add(() => { kept = 0; });\nexport const run = () => ++kept;`,
  );
  const threads = startThreads(1);
  assert.deepEqual([await threads.run(keeper, {}), await threads.run(keeper, {})], [1, 2]);
  threads.release();
  assert.equal(await threads.run(keeper, {}), 3);
  threads.release(true);
  assert.equal(await threads.run(keeper, {}), 1);
  await threads.close();
});

test('closing ends the jobs in progress and those that wait, whenever it comes', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['build/test/kernels/pool-child.js']);
  assert.equal(stdout, 'all closed\n');
});
