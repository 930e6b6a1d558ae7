import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { writeDrawnCategory } from '../../src/dataset/drawn/write.js';
import { encodePng } from '../../src/image/codec.js';
import { softpatch } from './command.js';

let root: string;

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'softpatch-precision-'));
  await writeDrawnCategory(root, 'bolt', { seed: 1, train: 6, good: 2, defective: 2 }, encodePng);
});
after(() => rm(root, { recursive: true, force: true }));

const json = async (name: string) => JSON.parse(await readFile(join(root, name), 'utf8'));

test('--precision-network is in the results, the record and the detector, which detect reads alike', async () => {
  const small = ['--weights', 'random', '--layers', 'layer1', '--resize', '64', '--crop', '64', '--ratio', '0.05'];
  const how = [...small, '--engine', 'onnx', '--precision-network', 'int8', '--no-cache', '--data', join(root, 'bolt')];
  const evaluated = await softpatch(['evaluate', ...how, '--json', join(root, 'result.json')]);
  assert.equal(evaluated.code, 0, evaluated.stderr);
  const { config, images } = await json('result.json');
  assert.equal(config.features.precision, 'int8');
  assert.equal((await json('result.run.json')).configuration.features.precision, 'int8');

  const model = join(root, 'int8.safetensors');
  const fitted = await softpatch(['fit', ...how, '--out', model, '--json', join(root, 'fit.json')]);
  assert.equal(fitted.code, 0, fitted.stderr);
  const { features } = await json('fit.json');
  assert.equal(features.precision, 'int8');
  assert.ok(features.spans['layer1.1'][1] > 0);

  const detected = await softpatch([
    ...['detect', '--model', model, '--engine', 'onnx', '--json', join(root, 'found.json')],
    join(root, 'bolt', 'test', 'good'),
  ]);
  assert.equal(detected.code, 0, detected.stderr);
  const scores = (await json('found.json')).images.map(({ score }: { score: number }) => score);
  const wanted = images.filter(({ type }: { type: string }) => type === 'good');
  assert.equal(scores.length, 2);
  assert.deepEqual(
    scores,
    wanted.map(({ score }: { score: number }) => score),
  );
});
