import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { decodeRgb } from '../../src/image/codec.js';
import { below, temporaryFolder } from '../temporary.js';
import { softpatch } from './command.js';

const SMALL = [
  '--weights',
  'random',
  '--layers',
  'layer1,layer2',
  '--resize',
  '128',
  '--crop',
  '112',
  '--ratio',
  '0.05',
  '--no-cache',
];

test('every command has help with examples', async () => {
  for (const args of [
    [],
    ['demo'],
    ['explore'],
    ['evaluate'],
    ['sweep'],
    ['run'],
    ['fit'],
    ['detect'],
    ['data', 'import'],
    ['data', 'check'],
    ['data', 'draw'],
    ['data', 'noise'],
    ['weights', 'fetch'],
    ['weights', 'check'],
    ['weights', 'list'],
  ]) {
    const { code, stdout } = await softpatch([...args, '--help']);
    assert.equal(code, 0);
    assert.match(stdout, /Examples?:\n {2}softpatch/, args.join(' '));
  }
});

test('draw, check, noise, evaluate, fit and detect work one after the other', async (t) => {
  const folder = await temporaryFolder(t);
  const data = join(folder, 'drawn');
  const ok = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await softpatch(args);
    assert.equal(code, 0, stderr);
    return stdout;
  };
  await ok('data', 'draw', '--to', data, '--train', '8', '--good', '3', '--defective', '2');
  assert.match(await ok('data', 'check', data), /weave +8 +3 +6 +not in MVTec AD/);
  const manifest = join(folder, 'noise.json');
  await ok('data', 'noise', '--data', data, '--category', 'bracket', '--noise', '0.25', '--out', manifest);
  const json = join(folder, 'result.json');
  const base = ['--data', data, '--category', 'bracket', ...SMALL];
  const shown = await ok(
    'evaluate',
    ...base,
    '--noise',
    '0.25',
    '--overlap',
    '--noise-manifest',
    manifest,
    '--json',
    json,
  );
  assert.match(shown, /bracket: softpatch-lof \(paper\), noise 0\.25, overlap/);
  const result = JSON.parse(await readFile(json, 'utf8'));
  assert.deepEqual(result.manifest.images, JSON.parse(await readFile(manifest, 'utf8')).images);
  assert.ok(result.image.auroc > 0.5 && result.pixel.auroc > 0.5);

  const model = join(folder, 'model.safetensors');
  await ok('fit', ...base, '--out', model);
  // Whatever computed a detector, any engine scores with it.
  const [good] = await below(join(data, 'bracket/test/good'));
  const picture = join(data, 'bracket/test/good', good);
  const scores: number[] = [];
  for (const engine of ['wasm', 'onnx:cpu', 'auto']) {
    const own = join(folder, `${engine.replace(':', '-')}.safetensors`);
    await ok('fit', ...base, '--engine', engine, '--out', own);
    await ok('detect', picture, '--model', own, '--json', json);
    scores.push(JSON.parse(await readFile(json, 'utf8')).images[0].score);
  }
  for (const score of scores) assert.ok(Math.abs(score / scores[0] - 1) < 1e-4, scores.join(' '));
  const [maps, csv] = [join(folder, 'maps'), join(folder, 'scores.csv')];
  const printed = await ok('detect', join(data, 'bracket/test'), '--model', model, '--maps', maps, '--csv', csv);
  assert.match(printed, /decision threshold [\d.]+; \d of 9 anomalous/);
  const lines = (await readFile(csv, 'utf8')).trim().split('\n');
  assert.equal(lines[0], 'path,score,level,pValue,anomalous,decisionThreshold,failure');
  assert.equal(lines.length, 10);
  const pictures = await below(maps);
  assert.equal(pictures.filter((name) => name.endsWith('.png')).length, 9);
  assert.ok(pictures.includes(`good/${good}`));
  assert.equal((await decodeRgb(join(maps, 'good', good))).width, 3 * 112 + 24);
});

test('evaluate runs with TensorFlow.js, on plain folders, without masks or labels', async (t) => {
  const folder = await temporaryFolder(t);
  await softpatch(['data', 'draw', '--to', folder, '--train', '4', '--good', '2', '--defective', '1']);
  const json = join(folder, 'r.json');
  const good = join(folder, 'bolt/train/good');
  const run = (mixed: string): ReturnType<typeof softpatch> =>
    softpatch([
      'evaluate',
      '--good',
      good,
      '--mixed',
      join(folder, mixed),
      ...SMALL,
      '--engine',
      'wasm',
      '--json',
      json,
    ]);
  assert.equal((await run('bolt/test')).code, 0);
  const typed = JSON.parse(await readFile(json, 'utf8'));
  assert.match(typed.versions.library, /tfjs/);
  assert.equal(typed.versions.engine, 'wasm');
  assert.ok(typed.image.auroc !== null && typed.pixel.auroc === null);
  assert.equal((await run('bolt/test/good')).code, 0);
  const unlabelled = JSON.parse(await readFile(json, 'utf8'));
  assert.deepEqual(unlabelled.image, { auroc: null, ap: null, f1max: null });
});

test('demo writes a table, results and a contact sheet', async (t) => {
  const folder = await temporaryFolder(t);
  const args = [
    'demo',
    '--out',
    folder,
    '--json',
    join(folder, 'demo.json'),
    '--resize',
    '128',
    '--crop',
    '112',
    '--layers',
    'layer1,layer2',
  ];
  const { code, stdout, stderr } = await softpatch([...args, '--weights', 'random']);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /seeded random ones/);
  const results = JSON.parse(await readFile(join(folder, 'demo.json'), 'utf8'));
  assert.equal(results.length, 4);
  const [, , patchcore, softpatchLof] = results;
  assert.ok(softpatchLof.pixel.auroc > patchcore.pixel.auroc + 0.05, 'SoftPatch survives what PatchCore does not');
  assert.ok((await stat(join(folder, 'heat-maps.png'))).size > 20_000);
});

test('two processes share a cache without harm, a third reuses it, and it can be listed and cleared', async (t) => {
  const folder = await temporaryFolder(t);
  const cache = join(folder, 'cache');
  await softpatch(['data', 'draw', '--to', folder, '--train', '6', '--good', '2', '--defective', '2']);
  const small = SMALL.filter((part) => part !== '--no-cache');
  const run = (json: string): ReturnType<typeof softpatch> =>
    softpatch([
      'evaluate',
      '--data',
      folder,
      '--category',
      'bracket',
      ...small,
      '--cache',
      cache,
      '--json',
      join(folder, json),
    ]);
  const both = await Promise.all([run('a.json'), run('b.json')]);
  assert.deepEqual(
    both.map(({ code }) => code),
    [0, 0],
    both[0].stderr,
  );
  const third = await run('c.json');
  assert.match(third.stdout, /reused from the cache: weights 1 of 1, picks 1 of 1, neighbours 8 of 8/);
  const read = async (json: string): Promise<unknown> => JSON.parse(await readFile(join(folder, json), 'utf8')).images;
  assert.deepEqual(await read('a.json'), await read('b.json'));
  assert.deepEqual(await read('a.json'), await read('c.json'));
  assert.match((await softpatch(['cache', 'list', '--cache', cache])).stdout, /features +14 /);
  assert.equal((await softpatch(['cache', 'clear', '--cache', cache])).code, 0);
  assert.match((await softpatch(['cache', 'list', '--cache', cache])).stdout, /all +0 /);
});

test('sweep prints and writes the curve', async (t) => {
  const folder = await temporaryFolder(t);
  await softpatch(['data', 'draw', '--to', folder, '--train', '8', '--good', '3', '--defective', '2']);
  const csv = join(folder, 'curve.csv');
  const grid = ['--noise', '0.25', '--taus', '0:0.3:0.15', '--ks', '3,5', '--csv', csv];
  const { code, stdout, stderr } = await softpatch([
    'sweep',
    '--data',
    folder,
    '--category',
    'bracket',
    ...SMALL,
    ...grid,
  ]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /for 6 points/);
  const lines = (await readFile(csv, 'utf8')).trim().split('\n');
  assert.equal(lines[0], 'tau,k,ratio,image,pixel,coresetNoise,precision,recall');
  assert.deepEqual(
    lines.slice(1).map((line) => line.split(',').slice(0, 2).join(' ')),
    ['0 3', '0 5', '0.15 3', '0.15 5', '0.3 3', '0.3 5'],
  );
});

test('sweep draws the curve, and refuses a chart of several k before it computes', async (t) => {
  const folder = await temporaryFolder(t);
  await softpatch(['data', 'draw', '--to', folder, '--train', '8', '--good', '3', '--defective', '2']);
  const chart = join(folder, 'curve.svg');
  const args = ['sweep', '--data', folder, '--category', 'bracket', ...SMALL, '--noise', '0.25', '--chart', chart];
  const { code, stderr } = await softpatch([...args, '--taus', '0,0.15']);
  assert.equal(code, 0, stderr);
  assert.match(await readFile(chart, 'utf8'), /^<svg[\s\S]*share of patches removed/);
  const refused = await softpatch([...args, '--ks', '3,5']);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /a chart over τ needs one k and one ρ/);
});

test('the other systems run by name, behind image-level denoising, and as saved detectors', async (t) => {
  const folder = await temporaryFolder(t);
  await softpatch(['data', 'draw', '--to', folder, '--train', '12', '--good', '3', '--defective', '2']);
  const base = ['--data', folder, '--category', 'bracket', '--weights', 'random', '--resize', '64', '--no-cache'];
  const noisy = ['--noise', '0.25', '--overlap', '--filter', 'padim-star', '--filter-budget', '0.25'];
  const cflow = ['--method', 'cflow', '--profile', 'small', '--set', 'epochs=1', '--set', 'blocks=1'];
  for (const method of [
    ['--method', 'padim-star', '--set', 'channels=8'],
    [...cflow, '--set', 'fibre=64'],
  ]) {
    const json = join(folder, 'result.json');
    const evaluated = await softpatch(['evaluate', ...base, ...noisy, ...method, '--json', json]);
    assert.equal(evaluated.code, 0, evaluated.stderr);
    assert.match(
      evaluated.stdout,
      /bracket: padim-star \+ (padim-star|cflow)[\s\S]*image filter: 3 images dropped, \d of them noise/,
    );
    const { filter, manifest, config } = JSON.parse(await readFile(json, 'utf8'));
    assert.equal(filter.dropped.length, 3);
    assert.equal(filter.noiseDropped + filter.noiseLeft, manifest.images.length);
    assert.equal(config.filter.method, 'padim-star');
    const model = join(folder, 'model.safetensors');
    const fitted = await softpatch(['fit', ...base, ...method, '--out', model]);
    assert.equal(fitted.code, 0, fitted.stderr);
    assert.match(fitted.stdout, /fitted (padim-star|cflow) on 12 images of bracket: decision threshold/);
    const detected = await softpatch(['detect', join(folder, 'bracket/test/good'), '--model', model]);
    assert.match(detected.stdout, /decision threshold [\d.]+; \d of 3 anomalous/);
  }
});
