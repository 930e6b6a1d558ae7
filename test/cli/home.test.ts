import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { writeDrawnCategory } from '../../src/dataset/drawn/write.js';
import { encodePng } from '../../src/image/codec.js';
import { below, temporaryFolder } from '../temporary.js';
import { softpatch } from './command.js';

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
