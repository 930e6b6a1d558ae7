import assert from 'node:assert/strict';
import test from 'node:test';
import { createArena } from '../../src/kernels/arena.js';
import { multiplyTransposed } from '../../src/kernels/multiply.js';
import { startThreads } from '../../src/kernels/threads.js';
import { createRandom } from '../../src/random.js';

const task = (code: string): URL => new URL(`data:text/javascript,${encodeURIComponent(code)}`);

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
    for (let i = 0; i < n; i += 7) {
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
  const square = task('export const run = (context, x) => x * x;');
  const progress = (done: number): void => void seen.push(done);
  assert.deepEqual(await threads.each(square, null, [[1], [2], [3]], { progress }), [1, 4, 9]);
  assert.deepEqual(seen, [1, 2, 3]);
  const fails = task('export const run = () => { throw new RangeError("of its own"); };');
  await assert.rejects(threads.each(fails, null, [[1], [2]]), { name: 'RangeError', message: 'of its own' });
  assert.deepEqual(await threads.each(square, null, [[5]]), [25], 'the threads go on working');
  await threads.close();
});

test('each(…) stops when asked, and a thread that dies fails its job only', async () => {
  const threads = startThreads(1);
  const controller = new AbortController();
  const slow = task('export const run = () => new Promise((done) => setTimeout(done, 20));');
  setTimeout(() => controller.abort(), 50);
  const many = Array.from({ length: 100 }, () => []);
  await assert.rejects(threads.each(slow, null, many, { signal: controller.signal }), { name: 'Cancelled' });
  await assert.rejects(threads.run(task('export const run = () => process.exit(3);'), null, []), /ended with code 3/);
  assert.equal(await threads.run(task('export const run = () => 1;'), null, []), 1);
  await threads.close();
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
  const keeper = task(
    `import { forget } from '${worker}';\nlet kept = 0;\nforget.add(() => { kept = 0; });\nexport const run = () => ++kept;`,
  );
  const threads = startThreads(1);
  assert.deepEqual([await threads.run(keeper, null, []), await threads.run(keeper, null, [])], [1, 2]);
  threads.release();
  assert.equal(await threads.run(keeper, null, []), 3);
  threads.release(true);
  assert.equal(await threads.run(keeper, null, []), 1);
  await threads.close();
});
