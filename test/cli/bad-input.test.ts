import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import sharp from 'sharp';
import { writeDrawnCategory } from '../../src/dataset/drawn/write.js';
import { encodePng } from '../../src/image/codec.js';
import { writeSafetensors } from '../../src/storage/safetensors.js';
import { below } from '../temporary.js';
import { softpatch } from './command.js';
import { writeWeights } from './small-weights.js';

let root: string;

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'softpatch-bad-'));
  await writeDrawnCategory(root, 'bolt', { seed: 1, train: 4, good: 2, defective: 1 }, encodePng);
  await writeWeights(join(root, 'good.safetensors'));
});
after(() => rm(root, { recursive: true, force: true }));

/** How a case spoils its own copy of the data and what it then runs. */
interface Case {
  what: string;
  spoil?: (folder: string) => Promise<unknown>;
  args: (folder: string) => string[];
  message: RegExp;
}

const evaluate =
  (...more: string[]) =>
  (folder: string): string[] => [
    'evaluate',
    '--data',
    join(folder, 'bolt'),
    '--layers',
    'layer1',
    '--resize',
    '64',
    '--crop',
    '64',
    '--ratio',
    '0.05',
    '--json',
    join(folder, 'out.json'),
    '--no-cache',
    ...more,
  ];
const withWeights =
  (name: string) =>
  (folder: string): string[] =>
    evaluate('--weights', join(folder, name))(folder);
const train = (folder: string, name = '000.png'): string => join(folder, 'bolt/train/good', name);
const testImage = (folder: string): string => join(folder, 'bolt/test/rust/000.png');
const mask = (folder: string, name = '000_mask.png'): string => join(folder, 'bolt/ground_truth/rust', name);

const cases: Case[] = [
  {
    what: 'a network in int8 on an engine that has none',
    args: evaluate('--weights', 'random', '--engine', 'wasm', '--precision-network', 'int8'),
    message: /runs by onnxruntime on the processor alone, not by wasm.*Give --engine onnx/s,
  },
  {
    what: 'a network that has no form in int8',
    args: evaluate(
      '--backbone',
      'resnet50v2',
      '--weights',
      'random',
      '--engine',
      'onnx',
      '--precision-network',
      'int8',
    ),
    message: /resnet50v2 cannot compute in int8.*Choose one of resnet18, resnet50, wide_resnet50_2/s,
  },
  {
    what: 'a truncated PNG',
    spoil: (f) => truncate(train(f), 3000),
    args: evaluate(),
    message: /cannot read image .*000\.png: .*Replace the damaged file/,
  },
  {
    what: 'a text file named .png',
    spoil: (f) => writeFile(train(f), 'not an image'),
    args: evaluate(),
    message: /cannot read image .*000\.png: it is no image of a format that is read\. Convert it to PNG/,
  },
  {
    what: 'an image of 32 bits a channel',
    spoil: async (f) => {
      await writeFile(train(f, '000.tif'), await readFile('test/image/fixtures/masks/1-float.tif'));
      await rm(train(f));
    },
    args: evaluate(),
    message: /000\.tif has 32 bits a channel, whose range is not known\. Convert it/,
  },
  {
    what: 'a 1-pixel image',
    spoil: async (f) => writeFile(train(f), await sharp(train(f)).resize(1, 1).png().toBuffer()),
    args: evaluate(),
    message: /000\.png is 1×1 pixels, too small/,
  },
  {
    what: 'an empty training folder',
    spoil: async (f) => {
      await rm(join(f, 'bolt/train/good'), { recursive: true });
      await mkdir(join(f, 'bolt/train/good'));
    },
    args: evaluate(),
    message: /bolt \(MVTec AD\) holds no normal training images/,
  },
  {
    what: 'a mask of another size',
    spoil: async (f) => writeFile(mask(f), await sharp(mask(f)).resize(100, 90).png().toBuffer()),
    args: evaluate(),
    message: /mask .*000_mask\.png is 100×90, its image .*rust\/000\.png is 256×256/,
  },
  {
    what: 'an image without its mask',
    spoil: (f) => rm(mask(f)),
    args: evaluate(),
    message: /rust\/000\.png has no mask .*000_mask\.png/,
  },
  {
    what: 'a mask without its image',
    spoil: (f) => cp(mask(f), mask(f, '007_mask.png')),
    args: evaluate(),
    message: /mask .*007_mask\.png has no image/,
  },
  {
    what: 'a symlink loop',
    spoil: (f) => symlink('loop.png', train(f, 'loop.png')),
    args: evaluate(),
    message: /loop\.png is a link that leads in a circle/,
  },
  {
    what: 'a link to nowhere',
    spoil: (f) => symlink('/no/where.png', train(f, 'gone.png')),
    args: evaluate(),
    message: /gone\.png is a link that leads nowhere/,
  },
  {
    what: 'two names alike',
    spoil: (f) => cp(testImage(f), join(f, 'bolt/test/rust/000.jpg')),
    args: evaluate(),
    message: /holds both 000\.jpg and 000\.png/,
  },
  {
    what: 'NaN in weights',
    spoil: (f) =>
      writeWeights(join(f, 'w.safetensors'), (t) => {
        t['conv1.weight'].data[5] = Number.NaN;
      }),
    args: withWeights('w.safetensors'),
    message: /w\.safetensors: tensor "conv1\.weight" holds NaN or infinity/,
  },
  {
    what: 'a weight header that claims a terabyte',
    spoil: (f) => {
      const b = Buffer.alloc(64);
      b.writeBigUInt64LE(10n ** 12n);
      return writeFile(join(f, 'w.safetensors'), b);
    },
    args: withWeights('w.safetensors'),
    message: /header claims 1000000000000 bytes, the file has 64/,
  },
  {
    what: 'weights without a tensor',
    spoil: (f) =>
      writeWeights(join(f, 'w.safetensors'), (t) => {
        delete t['layer1.1.conv2.weight'];
      }),
    args: withWeights('w.safetensors'),
    message: /has no tensor "layer1\.1\.conv2\.weight", which resnet18 needs/,
  },
  {
    what: 'weights of another shape',
    spoil: (f) =>
      writeWeights(join(f, 'w.safetensors'), (t) => {
        t['conv1.weight'] = { dtype: 'F32', shape: [64, 3, 3, 3], data: new Float32Array(1728) };
      }),
    args: withWeights('w.safetensors'),
    message: /"conv1\.weight" is \[64,3,3,3\], resnet18 needs \[64,3,7,7\]/,
  },
  {
    what: 'weights that end early',
    spoil: async (f) => {
      await cp(join(root, 'good.safetensors'), join(f, 'w.safetensors'));
      await truncate(join(f, 'w.safetensors'), 90_000);
    },
    args: withWeights('w.safetensors'),
    message: /ends \d+ bytes past the file's end/,
  },
  {
    what: 'a weight file that is not there',
    args: evaluate('--weights', '/no/such.safetensors'),
    message: /cannot read the weights \/no\/such\.safetensors: there is no such file/,
  },
  {
    what: 'more noise than anomalous images',
    args: evaluate('--noise', '1.5', '--overlap'),
    message: /noise ratio of 1\.5 needs 6 anomalous images, bolt has 3/,
  },
  {
    what: 'no overlap that leaves no anomaly',
    args: evaluate('--noise', '0.75'),
    message: /without overlap, 3 noise images leave no anomalous image of bolt/,
  },
  { what: 'an impossible ratio', args: evaluate('--ratio', '1.5'), message: /ratio = 1\.5 is impossible/ },
  { what: 'an impossible τ', args: evaluate('--tau', '1'), message: /tau = 1 is impossible/ },
  { what: 'a number that is none', args: evaluate('--noise', 'much'), message: /'much' is invalid.*not a number/ },
  { what: 'an unknown method', args: evaluate('--method', 'magic'), message: /'magic' is invalid.*patchcore/ },
  {
    what: 'an unknown layer',
    args: evaluate('--layers', 'layer9'),
    message: /resnet18 has no layer "layer9"\. Choose from layer1/,
  },
  {
    what: 'a crop larger than the image',
    args: evaluate('--crop', '128'),
    message: /crop of 128 px is larger than the resized side of 64 px/,
  },
  {
    what: 'a folder that holds no data set',
    args: (f) => ['evaluate', '--data', join(f, 'bolt/test')],
    message: /holds no data set in a layout that is read \(MVTec AD/,
  },
  {
    what: 'a category that is not there',
    args: (f) => ['evaluate', '--data', f, '--category', 'car'],
    message: /car holds no data set.*Choose one of bolt/,
  },
  {
    what: 'a manifest that is not JSON',
    spoil: (f) => writeFile(join(f, 'n.json'), '{'),
    args: (f) => evaluate('--noise', '0.25', '--noise-manifest', join(f, 'n.json'))(f),
    message: /noise manifest .*n\.json is not JSON/,
  },
  {
    what: 'a manifest without images',
    spoil: (f) => writeFile(join(f, 'n.json'), '{"category":"bolt","noise":0.25}'),
    args: (f) => evaluate('--noise', '0.25', '--noise-manifest', join(f, 'n.json'))(f),
    message: /n\.json: images /,
  },
  {
    what: 'an output below a file',
    args: (f) => evaluate('--json', '/dev/null/out.json')(f),
    message: /cannot write \/dev\/null\/out\.json: a part of the path is a file/,
  },
  {
    what: 'a model that is no detector',
    args: (f) => ['detect', train(f), '--model', join(root, 'good.safetensors')],
    message: /good\.safetensors is no saved detector/,
  },
  {
    what: 'a model of another version',
    spoil: (f) => writeSafetensors(join(f, 'm'), {}, { format: 'softpatch-lab/detector', version: '99', config: '{}' }),
    args: (f) => ['detect', train(f), '--model', join(f, 'm')],
    message: /was saved as version 99, this program reads 4/,
  },
  {
    what: 'a denoising budget of 1',
    args: evaluate('--filter', 'padim-star', '--filter-budget', '1', '--filter-weights', 'random'),
    message: /a denoising budget of 1 is impossible/,
  },
  {
    what: 'a switch the method does not have',
    args: evaluate('--method', 'padim-star'),
    message: /there is no switch "ratio"/,
  },
  {
    what: 'a profile the method does not have',
    args: evaluate('--profile', 'small'),
    message: /softpatch-lof has no profile "small"/,
  },
  {
    what: 'weights without the layer CFLOW reads',
    args: (f) =>
      ['evaluate', '--data', join(f, 'bolt'), '--method', 'cflow', '--backbone', 'resnet18', '--no-cache'].concat(
        '--weights',
        join(root, 'good.safetensors'),
      ),
    message: /has no tensor "layer2\.0\.conv1\.weight", which resnet18 needs/,
  },
  {
    what: 'too many channels',
    args: (f) => ['evaluate', '--data', join(f, 'bolt'), '--method', 'padim-star', '--set', 'channels=1000'],
    message: /resnet18 has 448 channels, not 1000/,
  },
  {
    what: 'an unknown archive',
    spoil: (f) => writeFile(join(f, 'data.rar'), ''),
    args: (f) => ['data', 'import', join(f, 'data.rar'), '--to', join(f, 'to')],
    message: /data\.rar is no \.tar/,
  },
  {
    what: 'data without a category',
    args: (f) => ['data', 'import', join(f, 'bolt/test'), '--to', join(f, 'to')],
    message: /holds no category/,
  },
  ...(
    [
      ['0.4:0:0.1', /'0\.4:0:0\.1' is invalid.*A range rises/],
      ['0:0.4:0', /A range rises: from at most to, and a step above 0/],
      ['0:1:0.0000001', /It stands for \d+ values; 10000 are the most/],
      ['0.1,,0.2', /An item of the list is empty/],
      ['a,b', /Give 0,0\.1,0\.2 or 0:0\.4:0\.02/],
      ['0:0.4', /A range is from:to:step/],
      ['0.1,1.5', /tau = 1\.5 is impossible/],
      ['-0.1', /tau = -0\.1 is impossible/],
    ] as const
  ).map(
    ([taus, message]): Case => ({
      what: `--taus ${taus}`,
      args: (f) => ['sweep', '--data', join(f, 'bolt'), `--taus=${taus}`, '--csv', join(f, 'curve.csv'), '--no-cache'],
      message,
    }),
  ),
  {
    what: 'neighbours of a method that has none',
    args: evaluate('--method', 'patchcore', '--k', '9'),
    message: /patchcore would ignore k: only LOF has neighbours to choose\. Leave k out/,
  },
  {
    what: 'a switch given twice',
    args: evaluate('--set', 'ratio=0.2'),
    message: /ratio is given twice, by its own option and by --set/,
  },
  {
    what: 'a name that a script left empty',
    args: (f) => ['evaluate', '--data', '', '--json', join(f, 'out.json')],
    message: /--data is given an empty value/,
  },
  {
    what: 'a negative size of the cache',
    args: (f) => ['evaluate', '--data', join(f, 'bolt'), '--cache', join(f, 'c'), '--cache-limit', '-1'],
    message: /'-1' is invalid.*less than 0/,
  },
  {
    what: 'an audit given what only a detector uses',
    args: (f) => ['audit', join(f, 'bolt/train/good'), '--set', 'judges=lof', '--out', join(f, 'audit')],
    message: /an audit would ignore judges/,
  },
];

for (const { what, spoil, args, message } of cases) {
  test(`${what} is one clear message, exit 1, and nothing half-written`, async () => {
    const folder = await mkdtemp(join(root, 'case-'));
    await cp(join(root, 'bolt'), join(folder, 'bolt'), { recursive: true });
    await spoil?.(folder);
    const files = await below(folder);
    const { code, stderr } = await softpatch(args(folder));
    assert.match(stderr.replace(/\n/g, ' '), message);
    assert.doesNotMatch(stderr, /\n {4}at /, 'no stack trace');
    assert.equal(code, 1);
    const appeared = (await below(folder)).filter((file) => !files.includes(file) && file !== 'to');
    assert.deepEqual(appeared, []);
  });
}

test('non-ASCII and very long names are fine', async () => {
  const folder = await mkdtemp(join(root, 'names-'));
  await cp(join(root, 'bolt'), join(folder, 'bolt'), { recursive: true });
  const names = [`${'schräg 螺丝 '.repeat(8)}.png`, `${'x'.repeat(200)}.png`];
  await rename(train(folder), train(folder, names[0]));
  await rename(testImage(folder), join(folder, 'bolt/test/rust', names[1]));
  await rename(mask(folder), mask(folder, names[1].replace('.png', '_mask.png')));
  const { code, stderr } = await softpatch(withWeights('../good.safetensors')(folder));
  assert.equal(code, 0, stderr);
  const result = JSON.parse(await readFile(join(folder, 'out.json'), 'utf8'));
  assert.ok(result.images.some(({ name }: { name: string }) => name === `test/rust/${names[1]}`));
});

for (const signal of ['SIGINT', 'SIGKILL'] as const) {
  test(`a fit ended by ${signal} leaves no detector and nothing half-written`, async () => {
    const folder = await mkdtemp(join(root, 'kill-'));
    const out = join(folder, 'out');
    await mkdir(out);
    const args = [
      'fit',
      '--good',
      join(root, 'bolt/train/good'),
      '--out',
      join(out, 'm.safetensors'),
      '--weights',
      'random',
    ];
    const { code, stderr } = await softpatch(args, (child) => {
      // Its first line says that it has begun; by then it listens to signals.
      child.stderr!.once('data', () => setTimeout(() => child.kill(signal), 150));
    });
    if (signal === 'SIGINT') {
      assert.equal(code, 130, stderr);
      assert.match(stderr, /stopped on request; nothing half-written/);
    } else assert.equal(code, null);
    assert.deepEqual(await below(out), []);
  });
}
