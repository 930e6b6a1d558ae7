import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { writeDrawnCategory } from '../../src/dataset/drawn/write.js';
import { encodePng } from '../../src/image/codec.js';
import { below } from '../temporary.js';
import { softpatch } from './command.js';

let root: string;
const small = ['--weights', 'random', '--layers', 'layer1', '--resize', '64', '--crop', '64', '--ratio', '0.05'];
const threads = ['--engine', 'wasm', '--threads', '2'];

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'softpatch-interrupt-'));
  await writeDrawnCategory(root, 'bolt', { seed: 1, train: 8, good: 2, defective: 1 }, encodePng);
  // Enough images that no command is done before the signal comes.
  await mkdir(join(root, 'many'));
  for (let i = 0; i < 400; i++) {
    await symlink(join(root, `bolt/train/good/00${i % 8}.png`), join(root, 'many', `${i}.png`));
  }
  await cp(join(root, 'bolt/test/rust'), join(root, 'mixed/rust'), { recursive: true });
  const good = ['--good', join(root, 'bolt/train/good'), '--out', join(root, 'm.safetensors')];
  const { code, stderr } = await softpatch(['fit', ...good, ...small, ...threads, '--no-cache']);
  assert.equal(code, 0, stderr);
});
after(() => rm(root, { recursive: true, force: true }));

/** Asks to stop once the command says that it computes. */
function interrupt(child: ChildProcess): void {
  let heard = '';
  const listen = (chunk: Buffer): void => {
    heard += chunk;
    if (!/random|: \d+ of \d+/.test(heard)) return;
    child.stderr!.off('data', listen);
    child.kill('SIGINT');
  };
  child.stderr!.on('data', listen);
}

for (const [what, args] of [
  [
    'detect',
    (out: string) => [
      'detect',
      join(root, 'many'),
      '--model',
      join(root, 'm.safetensors'),
      '--csv',
      join(out, 's.csv'),
      '--maps',
      join(out, 'maps'),
      '--json',
      join(out, 's.json'),
      ...threads,
    ],
  ],
  [
    'evaluate',
    (out: string) => [
      'evaluate',
      '--good',
      join(root, 'many'),
      '--mixed',
      join(root, 'mixed'),
      '--json',
      join(out, 'e.json'),
      '--maps',
      join(out, 'maps'),
      '--cache',
      join(out, 'cache'),
      ...small,
      ...threads,
    ],
  ],
  [
    'audit',
    (out: string) => [
      'audit',
      join(root, 'many'),
      '--out',
      join(out, 'audit'),
      '--cache',
      join(out, 'cache'),
      ...small,
      ...threads,
    ],
  ],
  [
    'sweep',
    (out: string) => [
      'sweep',
      '--data',
      join(root, 'bolt'),
      '--taus',
      '0:0.4:0.001',
      '--csv',
      join(out, 's.csv'),
      '--chart',
      join(out, 's.svg'),
      '--cache',
      join(out, 'cache'),
      ...small,
      ...threads,
    ],
  ],
] as const) {
  test(`${what} stopped by Ctrl-C leaves whole files alone, and no table`, async () => {
    const out = await mkdtemp(join(root, `${what}-`));
    const { code, stderr } = await softpatch(args(out), interrupt);
    assert.equal(code, 130, stderr);
    assert.match(stderr, /stopped on request; nothing half-written/);
    const files = await below(out);
    assert.deepEqual(
      files.filter((file) => /\.tmp$|\.csv$|\.json$|\.html$|\.svg$/.test(file)),
      [],
    );
  });
}
