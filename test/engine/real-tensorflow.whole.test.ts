import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { type Outcome, softpatch } from '../cli/command.js';
import { openParity, type Parity } from '../device/parity.js';
import { temporaryFolder } from '../temporary.js';
import { realTensorFlow } from './real-tensorflow.js';

let env: Record<string, string> | string;
let parity: Parity;

before(async () => {
  env = await realTensorFlow();
  parity = await openParity();
});
after(() => parity.close());

test('the real TensorFlow gives every op, and the threads’ results', async (t) => {
  if (typeof env === 'string') return t.skip(env);
  const report = await parity.present('tensorflow', env);
  assert.match(report.about, /^TensorFlow 2\.19\.1 /);
  assert.ok(Object.keys(report.ops).length > 10 && Object.keys(report.stages).length > 10);
  parity.compare(report);
});

test('evaluate, fit, detect and run go through the real TensorFlow, which says nothing of itself', async (t) => {
  if (typeof env === 'string') return t.skip(env);
  const own = env;
  const folder = await temporaryFolder(t);
  const data = join(folder, 'drawn');
  const ok = async (...args: string[]): Promise<Outcome> => {
    const outcome = await softpatch(args, undefined, own);
    assert.equal(outcome.code, 0, outcome.stderr);
    assert.doesNotMatch(outcome.stderr + outcome.stdout, /tensorflow\/|oneDNN|CUDA|cuda|absl|already registered/);
    return outcome;
  };
  await ok('data', 'draw', '--to', data, '--train', '8', '--good', '3', '--defective', '2');
  const base = ['--data', data, '--category', 'bracket', '--weights', 'random', '--no-cache'];
  const size = ['--resize', '64', '--crop', '64', '--ratio', '0.1'];
  const json = (engine: string): string => join(folder, `${engine}.json`);
  for (const engine of ['tensorflow', 'wasm']) {
    await ok('evaluate', ...base, ...size, '--noise', '0.2', '--engine', engine, '--json', json(engine));
  }
  const results = await Promise.all(
    ['tensorflow', 'wasm'].map(async (engine) => JSON.parse(await readFile(json(engine), 'utf8'))),
  );
  assert.match(results[0].versions.library, /^TensorFlow 2\.19\.1/);
  assert.ok(Math.abs(results[0].image.auroc - results[1].image.auroc) < 1e-3);
  assert.ok(Math.abs(results[0].pixel.auroc - results[1].pixel.auroc) < 1e-3);

  const model = join(folder, 'model.safetensors');
  await ok('fit', ...base, ...size, '--engine', 'tensorflow', '--out', model);
  const found = await ok('detect', join(data, 'bracket/test/good'), '--model', model, '--engine', 'tensorflow');
  assert.match(found.stdout, /000\.png/);
  const small = ['--size', '32', '--ratio', '0.2', '--categories', 'bolt', '--systems', 'patchcore,softpatch-lof'];
  const places = ['--results', join(folder, 'results'), '--out', join(folder, 'figures')];
  const run = ['run', 'table-6', '--data', data, '--weights', join(folder, 'none'), '--draws', '1', '--no-cache'];
  const made = await ok(...run, ...small, ...places, '--engine', 'tensorflow');
  assert.match(made.stdout, /[1-9]\d* cells computed, 0 found finished, 0 failed/);
});
