import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { writeDrawnCategory } from '../../src/dataset/drawn/write.js';
import { loadDetector } from '../../src/detector/model.js';
import { encodePng } from '../../src/image/codec.js';
import { below } from '../temporary.js';
import { type Outcome, softpatch } from './command.js';
import { writeWeights } from './small-weights.js';

let root: string;
let inbox: string;
const at = (...parts: string[]): string => join(root, ...parts);
const fit = (...more: string[]): Promise<Outcome> =>
  softpatch([
    ...[
      'fit',
      '--good',
      at('bolt/train/good'),
      at('more'),
      '--weights',
      at('kept/w.safetensors'),
      '--layers',
      'layer1',
    ],
    ...[
      '--resize',
      '64',
      '--crop',
      '64',
      '--ratio',
      '0.05',
      '--no-cache',
      '--engine',
      'wasm',
      '--threads',
      '2',
      ...more,
    ],
  ]);
const detect = (...more: string[]): Promise<Outcome> =>
  softpatch(['detect', ...more, '--engine', 'wasm', '--threads', '2']);

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'softpatch-detect-'));
  await writeDrawnCategory(root, 'bolt', { seed: 1, train: 6, good: 2, defective: 1 }, encodePng);
  // A second folder of good images.
  await mkdir(at('more'));
  await rename(at('bolt/train/good/005.png'), at('more/005.png'));
  await mkdir(at('kept'));
  await writeWeights(at('kept/w.safetensors'));
  // Names that a flat folder of pictures would take for one, and a broken image between good ones.
  inbox = at('inbox');
  await mkdir(join(inbox, 'a_b'), { recursive: true });
  await mkdir(join(inbox, 'a'));
  await cp(at('bolt/test/good/000.png'), join(inbox, 'a', 'b_c.png'));
  await cp(at('bolt/test/rust/000.png'), join(inbox, 'a_b', 'c.png'));
  await writeFile(join(inbox, 'b.png'), 'broken');
  const own = await fit('--out', at('plain.safetensors'));
  assert.equal(own.code, 0, own.stderr);
  assert.match(own.stdout, /false alarms expected: 14\.3 % .*from 6 training images, each left out in turn/);
  assert.match(own.stdout, /6 images cannot promise 1\.0 %; 99 or more could/);
});
after(() => rm(root, { recursive: true, force: true }));

test('an unreadable image costs nothing but itself: the rest is scored, written and listed, and the end is 1', async () => {
  await symlink('real.csv', at('link.csv'));
  const outputs = ['--csv', at('link.csv'), '--maps', at('maps')];
  const { code, stderr, stdout } = await detect(inbox, '--model', at('plain.safetensors'), ...outputs);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /1 of 3 images could not be scored:\n {2}cannot read image .*b\.png.*\n?.*all outputs were written/,
  );
  assert.doesNotMatch(stderr, /\n {4}at /);
  assert.match(stdout, /of 2 anomalous/);
  const [head, ...lines] = (await readFile(at('real.csv'), 'utf8')).trim().split('\n');
  assert.equal(head, 'path,score,level,pValue,anomalous,decisionThreshold,failure');
  assert.deepEqual(
    lines.map((line) =>
      line
        .split(',')
        .slice(0, 2)
        .map((cell, c) => (c === 0 ? cell : cell === '' ? 'none' : 'score')),
    ),
    [
      [join(inbox, 'a/b_c.png'), 'score'],
      [join(inbox, 'a_b/c.png'), 'score'],
      [join(inbox, 'b.png'), 'none'],
    ],
  );
  assert.equal(await readlink(at('link.csv')), 'real.csv');
  assert.deepEqual(
    (await below(at('maps'))).filter((name) => name.endsWith('.png')),
    ['a/b_c.png', 'a_b/c.png'],
  );
  const record = JSON.parse(await readFile(at('maps/run.json'), 'utf8'));
  assert.equal(record.arguments[0], 'detect');
  assert.equal(record.inputs.images.scored.count, 3);
  assert.match(record.failures.join(), /^cannot read image [^,]*b\.png/);
  assert.deepEqual(JSON.parse(await readFile(at('link.run.json'), 'utf8')), record);
});

test('a link that leads nowhere costs as little, and what is not read is counted', async () => {
  const folder = at('links');
  await mkdir(folder);
  await cp(at('bolt/test/good/000.png'), join(folder, 'a.png'));
  await symlink(at('none.png'), join(folder, 'gone.png'));
  await symlink('.', join(folder, 'loop'));
  await writeFile(join(folder, 'b.gif'), 'GIF89a');
  const { code, stderr, stdout } = await detect(folder, '--model', at('plain.safetensors'));
  assert.equal(code, 1);
  assert.match(stderr, /left out: 1 \.gif \(a format that is not read\)/);
  assert.match(stderr, /2 of 3 images could not be scored:\n.*gone\.png is a link that leads nowhere.*\n.*circle/);
  assert.match(stdout, /of 1 anomalous/);
  await rm(join(folder, 'a.png'));
  await rm(join(folder, 'gone.png'));
  await rm(join(folder, 'loop'));
  const none = await detect(folder, '--model', at('plain.safetensors'));
  assert.match(none.stderr, /links holds no images that are read \(left out: 1 \.gif/);
});

test('a table on standard output stands there alone; threshold and sensitivity move the verdicts', async () => {
  const picture = join(inbox, 'a/b_c.png');
  const { code, stdout, stderr } = await detect(
    picture,
    '--model',
    at('plain.safetensors'),
    '--csv',
    '-',
    '--threshold',
    '0',
  );
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^path,score,level,pValue,anomalous,decisionThreshold,failure\n[^\n]*,true,0,\n$/);
  assert.match(stderr, /decision threshold 0\.0000; 1 of 1 anomalous/);
  const both = await detect(picture, '--model', at('plain.safetensors'), '--threshold', '1', '--false-alarms', '0.1');
  assert.match(both.stderr, /--threshold and --false-alarms both set the decision threshold/);
  const rate = await detect(picture, '--model', at('plain.safetensors'), '--false-alarms', '0.5');
  assert.match(rate.stdout, /false alarms expected: 42\.9 %/);
});

test('weights that moved are found by their hash, or asked for; a self-contained detector needs none', async () => {
  const own = await fit('--self-contained', '--out', at('own.safetensors'));
  assert.equal(own.code, 0, own.stderr);
  await rename(at('kept'), at('moved'));
  try {
    const score = async (...args: string[]): Promise<string> => {
      const outcome = await detect(join(inbox, 'a/b_c.png'), '--csv', '-', ...args);
      return outcome.code === 0 ? outcome.stdout : outcome.stderr;
    };
    assert.match(
      await score('--model', at('plain.safetensors')),
      /needs the resnet18 weights it was fitted with .*SHA-256 .* neither there nor in .*--weights FILE.*--self-contained/,
    );
    await mkdir(at('elsewhere'));
    await rename(at('own.safetensors'), at('elsewhere/renamed.safetensors'));
    const alone = await score('--model', at('elsewhere/renamed.safetensors'));
    await cp(at('moved/w.safetensors'), at('another-name.safetensors'));
    const found = await score('--model', at('plain.safetensors'));
    assert.match(found, /^path,score/);
    assert.equal(alone, found);
    const { tensors } = await loadDetector(at('elsewhere/renamed.safetensors'));
    assert.deepEqual(Object.keys(tensors).sort(), ['bank', 'picks', 'weights']);
  } finally {
    await rename(at('moved'), at('kept'));
  }
});

for (const [what, args, message] of [
  [
    'weights that are a folder',
    () => ['--model', at('plain.safetensors'), '--weights', at('kept')],
    /weights .*kept are not a file/,
  ],
  ['a model that is a folder', () => ['--model', at('kept')], /kept is not a file\. Give a \.safetensors file/],
  [
    'a table below a file',
    () => ['--model', at('none'), '--csv', '/dev/null/x.csv'],
    /cannot write \/dev\/null\/x\.csv/,
  ],
  [
    'pictures below a file',
    () => ['--model', at('none'), '--maps', at('plain.safetensors')],
    /a part of the path is a file/,
  ],
] as const) {
  test(`${what}: one line, before any work`, async () => {
    const { code, stderr } = await detect(join(inbox, 'a/b_c.png'), ...args());
    assert.equal(code, 1);
    assert.match(stderr, message);
    assert.equal(stderr.trim().split('\n').length, 1);
  });
}

test('a few labelled defects set the threshold, when fitting and later; copies of training images are refused', async () => {
  const known = at('known');
  await mkdir(known);
  await cp(at('bolt/test/rust/000.png'), join(known, 'rust.png'));
  const own = await fit('--defects', known, '--out', at('known.safetensors'));
  assert.equal(own.code, 0, own.stderr);
  assert.match(
    own.stdout,
    /false alarms expected: .*\ndefects missed: [01] of 1 labelled \(95 % interval (0\.0 % to 97\.5|2\.5 % to 100\.0) %\)/,
  );
  const later = await softpatch([
    ...['calibrate', '--model', at('plain.safetensors'), '--good', at('bolt/test/good'), '--defects', known],
    ...['--out', at('later.safetensors'), '--engine', 'wasm', '--threads', '2'],
  ]);
  assert.equal(later.code, 0, later.stderr);
  assert.match(
    later.stdout,
    /decision threshold [\d.]+ → [\d.]+, saved to .*\n.*from 2 images held out for it\ndefects missed: \d of 1/,
  );
  const { calibration } = await loadDetector(at('later.safetensors'));
  assert.deepEqual([calibration.how, calibration.falseAlarms, calibration.scores.length], ['held-out', null, 2]);
  await cp(at('bolt/train/good/000.png'), join(known, 'good.png'));
  const wrong = await fit('--defects', known, '--out', at('known.safetensors'));
  assert.match(wrong.stderr, /the labelled defect .*good\.png is .*bolt\/train\/good\/000\.png of the good images/);
});

test('a detector grows by new images and goes on detecting; too few of them, or options it has settled, are errors', async () => {
  const [old, grown] = [at('bank.safetensors'), at('grown.safetensors')];
  assert.equal((await fit('--method', 'patchcore', '--out', old)).code, 0);
  const extend = (...more: string[]): Promise<Outcome> =>
    softpatch(['fit', '--good', at('bolt/test/good'), ...more, '--no-cache', '--engine', 'wasm', '--threads', '2']);
  const { code, stdout, stderr } = await extend('--extend', old, '--out', grown);
  assert.equal(code, 0, stderr);
  const [before, detector] = [await loadDetector(old), await loadDetector(grown)];
  const added = Math.trunc(0.05 * 2 * 16 ** 2);
  assert.equal(detector.tensors.picks.data.length, before.tensors.picks.data.length + added);
  assert.match(stdout, new RegExp(`bank\\.safetensors and 2 images of .*: ${added} patches more`));
  assert.match(stdout, /from 2 training images, each left out in turn/);
  assert.equal((await detect(inbox, '--model', grown)).code, 1, 'but for the broken image');
  const few = await extend('--extend', at('plain.safetensors'), '--out', grown);
  assert.match(few.stderr, /2 new images are too few/);
  assert.match((await extend('--extend', old, '--out', grown, '--tau', '0.1')).stderr, /--tau would be ignored/);
});
