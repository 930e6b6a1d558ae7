import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import test from 'node:test';
import { writeDrawnCategory } from '../../src/dataset/drawn/write.js';
import { encodePng } from '../../src/image/codec.js';
import { below, temporaryFolder } from '../temporary.js';
import { type Outcome, softpatch } from './command.js';

test('nothing is written into the home folder', async (t) => {
  const folder = await temporaryFolder(t);
  await writeDrawnCategory(folder, 'bolt', { seed: 1, train: 3, good: 1, defective: 1 }, encodePng);
  const home = join(folder, 'home');
  await mkdir(home);
  // On a build server onnxruntime keeps quiet by itself.
  const env = { HOME: home, XDG_CACHE_HOME: join(home, 'cache'), CI: undefined, ORT_DISABLE_TELEMETRY: undefined };
  const small = ['--layers', 'layer1', '--resize', '64', '--crop', '64', '--weights', 'random', '--no-cache'];
  const args = ['evaluate', '--data', join(folder, 'bolt'), '--engine', 'onnx', ...small];
  const { code, stderr } = await softpatch(args, undefined, env);
  assert.equal(code, 0, stderr);
  assert.deepEqual(await below(home), []);
});

test('where the default cache cannot be written, a run says so and goes on; one that was named is refused', async (t) => {
  const folder = await temporaryFolder(t);
  await writeDrawnCategory(folder, 'bolt', { seed: 1, train: 3, good: 1, defective: 1 }, encodePng);
  const small = ['--layers', 'layer1', '--resize', '64', '--crop', '64', '--weights', 'random', '--engine', 'wasm'];
  const main = resolve('build/src/cli/main.js');
  const evaluate = (...more: string[]): Promise<Outcome> =>
    softpatch(
      ['evaluate', '--data', 'bolt', ...small, '--json', 'out.json', ...more],
      undefined,
      {},
      { cwd: folder, main },
    );
  // Root may write anywhere but below a file.
  await writeFile(join(folder, 'data'), '');
  const { code, stderr } = await evaluate();
  assert.equal(code, 0, stderr);
  assert.match(stderr, /nothing is remembered: cannot write data\/cache: a part of the path is a file, not a folder/);
  assert.ok((await below(folder)).includes('out.json'));
  await rm(join(folder, 'out.json'));
  const named = await evaluate('--cache', 'data/mine');
  assert.equal(named.code, 1);
  assert.match(named.stderr, /cannot write data\/mine/);
  assert.ok(!(await below(folder)).includes('out.json'));
});
