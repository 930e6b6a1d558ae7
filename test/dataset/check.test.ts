import assert from 'node:assert/strict';
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import test from 'node:test';
import sharp from 'sharp';
import { checkCategory } from '../../src/dataset/check.js';
import { writeDrawnCategory } from '../../src/dataset/drawn/write.js';
import { encodePng } from '../../src/image/codec.js';
import { temporaryFolder } from '../temporary.js';

const FIXTURES = 'test/image/fixtures';

/** Copies fixtures to where a category has them: `to` from `files/…` or `masks/…`. */
async function place(root: string, files: Record<string, string>): Promise<void> {
  for (const [to, from] of Object.entries(files)) {
    await mkdir(dirname(join(root, to)), { recursive: true });
    await cp(join(FIXTURES, from), join(root, to));
  }
}

test('checkCategory finds everything of docs/inputs.md in one pass', async (t) => {
  const root = join(await temporaryFolder(t), 'mixed');
  const picture = 'masks/red128.bmp';
  await place(root, {
    'train/good/turned.jpg': 'files/turn6.jpg',
    'train/good/profile.png': 'files/profile.png',
    'train/good/deep.png': 'files/I16-0.png',
    'train/good/narrow.png': 'masks/1-of-65535.png',
    'train/good/float.tif': 'masks/1-float.tif',
    'train/good/cmyk.jpg': 'files/CMYK-95.jpg',
    'train/good/pages.tif': 'files/pages.tif',
    'train/good/alpha.webp': 'files/RGBA-lossless.webp',
    'train/good/palette.bmp': 'files/P16-0.bmp',
    'test/ok/0.bmp': picture,
    'test/dent/ones.bmp': picture,
    'ground_truth/dent/ones_mask.png': 'masks/1.png',
    'test/dent/jpeg.bmp': picture,
    'ground_truth/dent/jpeg.jpg': 'masks/jpeg60.jpg',
    'test/dent/labels.bmp': picture,
    'ground_truth/dent/labels.png': 'masks/labels.png',
    'test/dent/size.bmp': picture,
    'test/dent/unpaired.bmp': picture,
    'ground_truth/dent/stray_mask.png': 'masks/1.png',
  });
  await writeFile(join(root, 'train/good/damaged.png'), (await encodeFlat(64)).subarray(0, 90));
  await writeFile(join(root, 'train/good/flat.png'), await encodeFlat(30));
  for (const [name, value] of [
    ['inverted', 255],
    ['empty', 0],
  ] as const) {
    await cp(join(FIXTURES, picture), join(root, `test/dent/${name}.bmp`));
    const data = new Uint8Array(320).fill(value);
    await writeFile(
      join(root, `ground_truth/dent/${name}.png`),
      await encodePng({ width: 20, height: 16, channels: 1, data }),
    );
  }
  const small = Uint8Array.from({ length: 81 }, (_, i) => (i === 0 ? 255 : 0));
  const nine = await encodePng({ width: 9, height: 9, channels: 1, data: small });
  await writeFile(join(root, 'ground_truth/dent/size.png'), nine);
  await writeFile(join(root, 'train/good/animation.gif'), '');
  await writeFile(join(root, 'train/good/notes.txt'), '');
  const seen: number[] = [];
  const check = await checkCategory(root, undefined, (done) => seen.push(done));
  assert.equal(check.layout, 'MVTec AD');
  assert.deepEqual(check.found, { train: 11, good: 1, anomalous: 7 });
  assert.equal(seen.at(-1), 19);
  assert.equal(check.leftOut, 'left out: 1 .gif (a format that is not read), 1 .txt (no image)');
  const files = (lines: string[]): string[] => lines.map((line) => line.replaceAll(`${root}/`, ''));
  const [unpaired, stray, damaged, float, size, ...more] = files(check.errors);
  assert.deepEqual(more, []);
  assert.match(unpaired, /^test\/dent\/unpaired\.bmp has no mask ground_truth\/dent\/unpaired_mask\.png/);
  assert.match(stray, /^mask ground_truth\/dent\/stray_mask\.png has no image/);
  assert.match(damaged, /^cannot read image train\/good\/damaged\.png/);
  assert.match(float, /^train\/good\/float\.tif has 32 bits a channel, which needs a window/);
  assert.match(size, /^mask ground_truth\/dent\/size\.png is 9×9, its image test\/dent\/size\.bmp is 20×16/);
  assert.deepEqual(
    files(check.warnings)
      .map((line) => line.replace(/, the first is .*/, ''))
      .sort(),
    [
      '16 images are oblong: a centre crop leaves out their ends',
      'image train/good/alpha.webp has alpha, which is dropped',
      'image train/good/cmyk.jpg is CMYK, which is converted without its profile',
      'image train/good/deep.png has 16 bits, of which the upper 8 are read',
      'image train/good/flat.png is of one colour',
      'image train/good/narrow.png has 16 bits but uses less than a quarter of their range: give a window',
      'image train/good/pages.tif has several pages, of which the first is read',
      'image train/good/profile.png has a colour profile, which is not applied',
      'image train/good/turned.jpg is turned upright by its orientation tag',
      'mask ground_truth/dent/empty.png marks nothing',
      'mask ground_truth/dent/inverted.png covers more than half of its picture: is it inverted?',
      'mask ground_truth/dent/jpeg.jpg is lossy; it is cut at half of its largest value',
      'mask ground_truth/dent/labels.png holds several labels; every value but 0 counts as defect',
    ].sort(),
  );
});

test('checkCategory goes past what cannot be followed, opened or paired, and names it all', async (t) => {
  const root = join(await temporaryFolder(t), 'broken');
  const picture = 'masks/red128.bmp';
  await place(root, {
    'train/good/a.bmp': picture,
    'train/good/SHOUTED.BMP': picture,
    'train/Normal/b.bmp': picture,
    'train/defect/c.bmp': picture,
    'test/OK/line 1/0.bmp': picture,
    'test/düse/twin.bmp': picture,
    'test/düse/twin.png': 'files/RGB-0.png',
    'ground_truth/düse/twin_mask.png': 'masks/1.png',
    'test/düse/two.bmp': picture,
    'ground_truth/düse/two.png': 'masks/1.png',
    'ground_truth/düse/two_mask.png': 'masks/1.png',
    'test/düse/soft.bmp': picture,
    'test/düse/bright.bmp': picture,
    'test/düse/parts.bmp': picture,
    'ground_truth/düse/parts/000.png': 'masks/1.png',
    'ground_truth/düse/parts/001.png': 'masks/255.png',
    'test/düse/bad.bmp': picture,
    'validation/good/d.bmp': picture,
  });
  const write = (name: string, content: string | Uint8Array): Promise<void> => writeFile(join(root, name), content);
  await write('train/good/empty.png', '');
  const red = { create: { width: 9, height: 9, channels: 3, background: 'red' } } as const;
  await write('train/good/picture.png', await sharp(red).gif().toBuffer());
  await write('train/good/dot.png', await encodePng({ width: 1, height: 1, channels: 3, data: new Uint8Array(3) }));
  await write('ground_truth/düse/bad.png', 'no mask');
  await write('ground_truth/düse/bright.bmp', brightPalette(20, 16));
  const soft = Uint8Array.from({ length: 320 }, (_, i) => [0, 0, 0, 100, 255][i % 5]);
  await write('ground_truth/düse/soft.png', await encodePng({ width: 20, height: 16, channels: 1, data: soft }));
  await symlink('none.png', join(root, 'train/good/gone.png'));
  await symlink('.', join(root, 'train/good/circle'));
  await symlink('self.png', join(root, 'train/good/self.png'));
  const check = await checkCategory(root);
  const short = (lines: string[]): string[] => lines.map((line) => line.replaceAll(`${root}/`, ''));
  const expected = [
    /^train\/good\/circle is a link that leads in a circle/,
    /^train\/good\/gone\.png is a link that leads nowhere/,
    /^train\/good\/self\.png is a link that leads in a circle/,
    /^test\/düse holds both twin\.bmp and twin\.png/,
    /^ground_truth\/düse holds two masks of one image, .*two\.png and .*two_mask\.png/,
    /^cannot read image train\/good\/dot\.png|^train\/good\/dot\.png is 1×1 pixels, too small/,
    /^cannot read image train\/good\/empty\.png: it is empty/,
    /^train\/good\/picture\.png is a gif image, a format that is not read/,
    /^cannot read image ground_truth\/düse\/bad\.png: it is no image/,
  ];
  const errors = short(check.errors);
  for (const message of expected)
    assert.ok(
      errors.some((line) => message.test(line)),
      `${message}\n${errors.join('\n')}`,
    );
  assert.equal(errors.length, expected.length, errors.join('\n'));
  const notes = short(check.warnings);
  for (const message of [
    /soft\.png holds more than two levels/,
    /bright\.bmp has a palette whose index 0 is not its darkest/,
  ]) {
    assert.ok(
      notes.some((line) => message.test(line)),
      `${message}\n${notes.join('\n')}`,
    );
  }
  assert.equal(check.leftOut, 'left out: 1 images of train/defect (not used), 1 images of validation (not used)');
  assert.deepEqual(check.found, { train: 6, good: 1, anomalous: 7 });
});

/** A mask of 1 bit whose index 0, which is good, is white. */
function brightPalette(width: number, height: number): Uint8Array {
  const rows = Buffer.alloc(4 * height);
  rows[0] = 0x80;
  const header = Buffer.alloc(62);
  header.write('BM');
  for (const [at, value] of [
    [10, 62],
    [14, 40],
    [18, width],
    [22, height],
    [26, 1 | (1 << 16)],
    [54, 0xffffff],
  ])
    header.writeUInt32LE(value, at);
  return Buffer.concat([header, rows]);
}

async function encodeFlat(side: number): Promise<Uint8Array> {
  const data = new Uint8Array(side * side * 3).fill(7);
  return encodePng({ width: side, height: side, channels: 3, data });
}

test('checkCategory of a sound category says nothing, of a plain folder reads its images', async (t) => {
  const folder = await temporaryFolder(t);
  await writeDrawnCategory(folder, 'bolt', { seed: 1, train: 2, good: 1, defective: 1 }, encodePng);
  const sound = await checkCategory(folder, 'bolt');
  assert.deepEqual([sound.errors, sound.warnings, sound.leftOut, sound.sides], [[], [], '', [256, 256]]);
  const plain = await checkCategory(join(folder, 'bolt/train/good'));
  assert.deepEqual([plain.layout, plain.category, plain.found.train], ['a plain folder', 'good', 2]);
  await assert.rejects(checkCategory(join(folder, 'none')), /none: there is no such folder/);
  await mkdir(join(folder, 'empty'));
  await assert.rejects(checkCategory(join(folder, 'empty')), /holds no data set in a layout that is read/);
});
