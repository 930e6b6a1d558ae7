import assert from 'node:assert/strict';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import test from 'node:test';
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
