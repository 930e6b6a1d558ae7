// Closes threads while jobs run and wait, at every moment of a short job; prints how the jobs ended.
import { type Task, type TaskContext, task } from '../../src/kernels/task.js';
import { startThreads } from '../../src/kernels/threads.js';

const code =
  'export const run = async (_, job) => { for (const end = performance.now() + job; performance.now() < end; ); return job; };';
const spin = task<{ run(context: TaskContext, job: number): Promise<number> }>(
  new URL(`data:text/javascript,${encodeURIComponent(code)}`),
) as Task<number, number>;

for (let round = 0; round < 40; round++) {
  const threads = startThreads(2);
  await threads.run(spin, 0);
  const jobs = Array.from({ length: 6 }, () => threads.run(spin, 1));
  const ends = Promise.allSettled(jobs);
  await new Promise((resolve) => setTimeout(resolve, round / 20));
  await threads.close();
  for (const { status } of await ends) if (status !== 'fulfilled' && status !== 'rejected') throw new Error(status);
}
console.log('all closed');
