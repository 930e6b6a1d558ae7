import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import type { WorkOutcome } from '../../src/cells/work.js';
import { createRandom } from '../../src/random.js';
import { temporaryFolder } from '../temporary.js';

function child(folder: string, count: number, milliseconds: number, env: NodeJS.ProcessEnv = {}) {
  const args = ['build/test/cells/worker-child.js', folder, String(count), String(milliseconds)];
  const started: ChildProcess = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  let text = '';
  started.stdout!.on('data', (chunk) => {
    text += chunk;
  });
  const ended = new Promise<WorkOutcome | null>((resolve) =>
    started.on('close', (code) => resolve(code === 0 ? JSON.parse(text) : null)),
  );
  return { started, ended };
}

/** How often each cell was begun and ended. */
async function logged(folder: string, count: number): Promise<{ begun: number[]; ended: number[] }> {
  const lines = (await readFile(join(folder, 'log'), 'utf8')).trim().split('\n');
  const times = (word: string): number[] =>
    Array.from({ length: count }, (_, i) => lines.filter((line) => line === `${word} ${i}`).length);
  return { begun: times('begin'), ended: times('end') };
}

test('processes at once on one folder compute every cell exactly once, and each knows all of them finished', async (t) => {
  const folder = await temporaryFolder(t);
  const outcomes = await Promise.all(Array.from({ length: 4 }, () => child(folder, 60, 5).ended));
  const { begun, ended } = await logged(folder, 60);
  assert.deepEqual([begun, ended], [new Array(60).fill(1), new Array(60).fill(1)]);
  assert.equal(
    outcomes.reduce((sum, outcome) => sum + outcome!.done, 0),
    60,
  );
  for (const outcome of outcomes) assert.equal(outcome!.done + outcome!.reused, 60);
});

test('a killed process loses the one cell it was at, which is taken up at once on the same machine', async (t) => {
  const folder = await temporaryFolder(t);
  const random = createRandom(process.pid);
  t.diagnostic(`seed ${process.pid}`);
  let kills = 0;
  const round = async (): Promise<void> => {
    const { started, ended } = child(folder, 30, 30);
    setTimeout(() => started.kill('SIGKILL'), 300 + random.integer(600)).unref();
    if ((await ended) === null) kills++;
  };
  await Promise.all([round(), round(), round()]);
  const last = await child(folder, 30, 1).ended;
  assert.equal(last!.done + last!.reused, 30);
  const { begun, ended } = await logged(folder, 30);
  assert.ok(
    ended.every((times) => times >= 1),
    'every cell was finished',
  );
  const again = begun.reduce((sum, times) => sum + times, 0) - 30;
  assert.ok(again <= kills, `${again} cells begun again after ${kills} kills`);
});
