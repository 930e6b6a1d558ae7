import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import test from 'node:test';
import { softpatch } from '../cli/command.js';
import { below, temporaryFolder } from '../temporary.js';
import { type Slurm, startSlurm, until, whyNoSlurm } from './real-slurm.js';
import { writtenTables } from './written-tables.js';

/** The drawn grid, every experiment and system, as small as each system allows. */
const gridOf = (root: string, name: string): string[] => [
  ...['run', 'all', '--data', join(root, 'drawn'), '--weights', join(root, 'none'), '--draws', '1', '--size', '32'],
  ...['--ratio', '0.2', '--threads', '1', '--engine', 'wasm', '--no-cache'],
  ...['cflow.epochs=1', 'cflow.blocks=1', 'cflow.fibre=16', 'padim-star.channels=8', 'padim.channels=8'].flatMap(
    (one) => ['--set', one],
  ),
  ...['--results', join(root, name), '--out', join(root, `${name}-figures`)],
];

const finished = async (folder: string): Promise<number> =>
  (await below(join(folder, 'cells')).catch(() => [])).filter((name) => name.endsWith('.json')).length;

/** The process of an array task, as its claims name it. */
async function holderOf(folder: string, task: string): Promise<number> {
  const claims = join(folder, 'claims');
  for (const name of (await below(claims)).filter((file) => /\.\d+$/.test(file))) {
    const { worker } = JSON.parse(await readFile(join(claims, name), 'utf8'));
    if (worker.task === task) return worker.pid;
  }
  throw new Error(`${task} holds nothing`);
}

async function submitted(slurm: Slurm, args: readonly string[]): Promise<{ array: string; gather: string }> {
  const { code, stdout, stderr } = await softpatch(args, undefined, slurm.env);
  assert.equal(code, 0, stderr);
  const [, array, gather] = /job array (\d+), gather job (\d+)/.exec(stdout)!;
  return { array, gather };
}

test('a real Slurm runs the drawn grid as arrays, through kills, requeues and a lost controller', async (t) => {
  const why = whyNoSlurm();
  if (why) return t.skip(why);
  const root = resolve(await temporaryFolder(t));
  const size = ['--train', '8', '--good', '3', '--defective', '2'];
  const drawn = await softpatch(['data', 'draw', '--to', join(root, 'drawn'), ...size]);
  assert.equal(drawn.code, 0, drawn.stderr);
  const slurm = await startSlurm(join(root, 'slurm'), 4);
  t.after(() => slurm.stop());
  // Meanwhile one process computes the same without Slurm.
  const alone = softpatch(gridOf(root, 'single'));
  const folder = join(root, 'shared');
  const args = gridOf(root, 'shared');
  const jobs: { array: string; gather: string }[] = [];
  for (const array of ['array=4%2', 'array=2'])
    jobs.push(await submitted(slurm, [...args, '--stale', '30', '--slurm', `partition=main,time=60,cpus=1,${array}`]));
  const [first, second] = jobs;

  const more = async (cells: number): Promise<void> => {
    const target = (await finished(folder)) + cells;
    await until(async () => (await finished(folder)) >= target);
  };
  await until(async () => (await finished(folder)) >= 5);
  await slurm.call('scancel', '--signal=KILL', '--full', `${first.array}_1`);
  await more(5);
  // No chance to clean up: the process is gone, its claim stays.
  process.kill(await holderOf(folder, `${first.array}_2`), 'SIGKILL');
  await more(5);
  await slurm.call('scontrol', 'requeue', `${second.array}_1`);
  await more(5);
  await slurm.restartController();
  await more(5);
  // As Slurm does before the time limit: the task gives its cell back and asks for another turn.
  await slurm.call('scancel', '--signal=TERM', '--batch', `${second.array}_2`);
  await more(5);
  // A task that is between two cells runs none.
  const running = /cells: \d+ done, [1-9]\d* running, 0 failed, \d+ missing; about .* left[\s\S]*running .*task \d+_\d/;
  let state = '';
  await until(async () => {
    state = (await softpatch([...args, '--status'])).stdout;
    return running.test(state) || / 0 missing/.test(state);
  });
  assert.match(state, running);
  await until(async () => (await slurm.call('squeue', '--noheader')).trim() === '');

  const logs = join(folder, 'slurm/logs');
  const texts = await Promise.all(
    (await readdir(logs)).map(async (name) => [name, await readFile(join(logs, name), 'utf8')]),
  );
  const of = (name: string): string => texts.find(([file]) => file === name)![1];
  assert.match(of(`${second.array}_2.log`), /told to end; this task is in the queue again[\s\S]*cells computed/);
  const all = texts.map(([, text]) => text).join('\n');
  const computed = [...all.matchAll(/^\[\d+\/\d+\] (\S+) in /gm)].map(([, name]) => name);
  assert.equal(new Set(computed).size, computed.length, 'no cell was finished twice');
  for (const { gather } of jobs) assert.doesNotMatch(of(`gather_${gather}.log`), /missing/);

  const single = await alone;
  assert.equal(single.code, 0, single.stderr);
  assert.match(single.stdout, /0 failed/);
  assert.deepEqual(
    await writtenTables(join(root, 'shared-figures')),
    await writtenTables(join(root, 'single-figures')),
  );
  assert.equal(await finished(folder), await finished(join(root, 'single')));
});
