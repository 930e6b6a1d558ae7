import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import type { Category } from '../../src/dataset/category.js';
import { writeDrawnCategory } from '../../src/dataset/drawn/write.js';
import { importData } from '../../src/dataset/import.js';
import { listCategories, openCategory, openFolders, surveyCategory } from '../../src/dataset/layouts.js';
import { leftOutLine } from '../../src/dataset/left-out.js';
import { listImages, listingError } from '../../src/dataset/listing.js';
import { checkCounts, MVTEC_COUNTS } from '../../src/dataset/mvtec-counts.js';
import { encodePng } from '../../src/image/codec.js';
import { readMask } from '../../src/image/mask-file.js';
import { writeAtomically } from '../../src/storage/atomic.js';
import { needs, shared } from '../shared.js';
import { below, temporaryFolder } from '../temporary.js';

const TINY = { seed: 1, train: 2, good: 1, defective: 2 };
const png = (): Promise<Uint8Array> => encodePng({ width: 8, height: 8, channels: 3, data: new Uint8Array(192) });

test('openCategory reads MVTec’s layout in order: types sorted, then names; masks pair by name', async (t) => {
  const folder = await temporaryFolder(t);
  await writeDrawnCategory(folder, 'weave', TINY, encodePng);
  await writeFile(join(folder, 'weave/train/good/.DS_Store'), '');
  await writeFile(join(folder, 'weave/readme.txt'), '');
  const { train, test: images, masked } = await openCategory(folder, 'weave');
  assert.deepEqual(
    train.map(({ name }) => name),
    ['train/good/000.png', 'train/good/001.png'],
  );
  assert.deepEqual(
    images.map(({ name, label }) => `${name} ${label}`),
    [
      'test/good/000.png 0',
      'test/hole/000.png 1',
      'test/hole/001.png 1',
      'test/stain/000.png 1',
      'test/stain/001.png 1',
      'test/thread/000.png 1',
      'test/thread/001.png 1',
    ],
  );
  assert.ok(masked && images[1].mask?.endsWith(join('hole', '000_mask.png')) && images[0].mask === null);
  assert.deepEqual(await listCategories(folder), ['weave']);
  assert.equal((await openCategory(join(folder, 'weave'))).name, 'weave', 'a category folder opens by itself');
});

/** Writes an 8 × 8 picture of one value at each path. */
async function write(root: string, files: readonly string[], value = 0): Promise<void> {
  const bytes = await encodePng({ width: 8, height: 8, channels: 3, data: new Uint8Array(192).fill(value) });
  for (const file of files) await writeAtomically(join(root, file), bytes);
}

const labels = ({ train, test: images }: Category): string[] => [
  ...train.map(({ name }) => name),
  ...images.map(
    ({ name, label, mask }) => `${name} ${label}${mask ? ` ${mask.split(/[\\/]/).slice(-3).join('/')}` : ''}`,
  ),
];

test('openCategory reads BTAD: ok, ko, masks of another extension', async (t) => {
  const root = join(await temporaryFolder(t), '01');
  for (const file of ['train/ok/0.bmp', 'test/ok/1.png', 'test/ko/0.png', 'ground_truth/ko/0.jpg']) {
    await mkdir(join(root, file, '..'), { recursive: true });
    await writeFile(join(root, file), await png());
  }
  const { test: images } = await openCategory(root);
  assert.deepEqual(
    images.map(({ label, mask }) => [label, mask?.slice(-5) ?? null]),
    [
      [1, '0.jpg'],
      [0, null],
    ],
  );
});

test('openFolders reads a good and a mixed folder; sub-folders are types', async (t) => {
  const folder = await temporaryFolder(t);
  for (const file of ['good/a.png', 'mixed/b.png', 'typed/ok/c.png', 'typed/dent/d.png']) {
    await mkdir(join(folder, file, '..'), { recursive: true });
    await writeFile(join(folder, file), await png());
  }
  const plain = await openFolders(join(folder, 'good'), join(folder, 'mixed'));
  assert.deepEqual(
    plain.test.map(({ label, type }) => [label, type]),
    [[null, 'mixed']],
  );
  const typed = await openFolders(join(folder, 'good'), join(folder, 'typed'));
  assert.deepEqual(
    typed.test.map(({ label, type }) => [label, type]),
    [
      [1, 'dent'],
      [0, 'ok'],
    ],
  );
  assert.equal(typed.masked, false);
  await write(folder, ['good/deep/er/e.png', 'typed/dent/deep/f.png', 'typed/g.png', 'good/h.gif', 'good/notes.txt']);
  const deep = await openFolders(join(folder, 'good'), join(folder, 'typed'));
  assert.deepEqual(
    deep.train.map(({ name }) => name),
    ['good/a.png', 'good/deep/er/e.png'],
  );
  assert.deepEqual(
    deep.test.map(({ name, label }) => `${name} ${label}`),
    ['mixed/g.png null', 'dent/d.png 1', 'dent/deep/f.png 1', 'ok/c.png 0'],
  );
  assert.equal(leftOutLine(deep.leftOut), 'left out: 1 .gif (a format that is not read), 1 .txt (no image)');
  await assert.rejects(openFolders(join(folder, 'good'), join(folder, 'none')), /none: there is no such folder/);
});

test('good, ok and normal are normal in any case, in training and test; sub-folders belong to their type', async (t) => {
  const root = join(await temporaryFolder(t), 'a');
  const files = ['train/Good/0.png', 'train/Good/line 2/0.png', 'train/ok/1.png', 'train/bad/2.png', 'test/Good/3.png'];
  await write(root, [...files, 'test/ok/4.png', 'test/NORMAL/5.png', 'test/dent/deep/6.png']);
  await write(root, ['ground_truth/dent/deep/6_mask.png'], 255);
  const category = await openCategory(root);
  assert.deepEqual(labels(category), [
    'train/Good/0.png',
    'train/Good/line 2/0.png',
    'train/ok/1.png',
    'test/Good/3.png 0',
    'test/NORMAL/5.png 0',
    'test/dent/deep/6.png 1 dent/deep/6_mask.png',
    'test/ok/4.png 0',
  ]);
  assert.equal(leftOutLine(category.leftOut), 'left out: 1 images of train/bad (not used)');
});

test('MVTec LOCO: a folder of masks an image, validation left out', async (t) => {
  const root = join(await temporaryFolder(t), 'juice_bottle');
  await write(root, [
    'train/good/000.png',
    'validation/good/000.png',
    'test/good/000.png',
    'test/logical_anomalies/000.png',
  ]);
  await write(root, ['ground_truth/logical_anomalies/000/000.png', 'ground_truth/logical_anomalies/000/001.png'], 9);
  const category = await openCategory(root);
  assert.deepEqual(labels(category), [
    'train/good/000.png',
    'test/good/000.png 0',
    'test/logical_anomalies/000.png 1 ground_truth/logical_anomalies/000',
  ]);
  assert.equal(leftOutLine(category.leftOut), 'left out: 1 images of validation (not used)');
  assert.ok((await readMask(category.test[1].mask!)).mask.data.every((value) => value === 255));
});

test('MVTec AD 2: the public test set with its masks, the private ones left out', async (t) => {
  const data = await temporaryFolder(t);
  const root = join(data, 'can');
  await write(root, [
    'train/good/000_regular.png',
    'validation/good/1.png',
    'test_private/0.png',
    'test_private_mixed/0.png',
  ]);
  await write(root, ['test_public/good/000_regular.png', 'test_public/bad/000_regular.png']);
  await write(root, ['test_public/ground_truth/bad/000_regular_mask.png'], 255);
  const category = await openCategory(data, 'can');
  assert.deepEqual(labels(category), [
    'train/good/000_regular.png',
    'test_public/bad/000_regular.png 1 ground_truth/bad/000_regular_mask.png',
    'test_public/good/000_regular.png 0',
  ]);
  assert.deepEqual(
    category.leftOut.map(({ count, kind }) => `${count} ${kind}`),
    ['1 images of test_private', '1 images of test_private_mixed', '1 images of validation'],
  );
});

test('VisA: split, label and mask from split_csv; a category alone or a broken list is refused', async (t) => {
  const data = await temporaryFolder(t);
  const root = join(data, 'candle');
  await write(root, ['Data/Images/Normal/0000.JPG', 'Data/Images/Normal/0001.JPG', 'Data/Images/Normal/0002.JPG']);
  await write(root, ['Data/Images/Anomaly/000.JPG', 'Data/Masks/Anomaly/000.png'], 1);
  await assert.rejects(
    openCategory(data, 'candle'),
    /1cls\.csv, which splits VisA into train and test.*Keep split_csv/,
  );
  const rows = [
    'candle,train,normal,candle/Data/Images/Normal/0001.JPG,',
    'candle,test,normal,candle/Data/Images/Normal/0000.JPG,',
    'candle,test,anomaly,candle/Data/Images/Anomaly/000.JPG,candle/Data/Masks/Anomaly/000.png',
    'pcb1,train,normal,pcb1/Data/Images/Normal/0001.JPG,',
  ];
  const list = join(data, 'split_csv/1cls.csv');
  await writeAtomically(list, ['object,split,label,image,mask', ...rows].join('\n'));
  const expected = [
    'Data/Images/Normal/0001.JPG',
    'Data/Images/Anomaly/000.JPG 1 Masks/Anomaly/000.png',
    'Data/Images/Normal/0000.JPG 0',
  ];
  const category = await openCategory(data, 'candle');
  assert.deepEqual(labels(category), expected);
  assert.deepEqual(await listCategories(data), ['candle']);
  assert.equal(leftOutLine(category.leftOut), 'left out: 1 images not in 1cls.csv (not used)');
  const target = join(await temporaryFolder(t), 'visa');
  await importData(data, target, () => undefined);
  assert.deepEqual(labels(await openCategory(join(target, 'candle'))), expected, 'imported with its list');
  await writeAtomically(list, ['object,split,label,image,mask', 'candle,train,normal,../outside.png,'].join('\n'));
  await assert.rejects(openCategory(root), /1cls\.csv lists \.\.\/outside\.png, outside its folder/);
  await writeAtomically(list, ['object,split,label,image,mask', 'candle,train,normal,candle/none.png,'].join('\n'));
  await assert.rejects(openCategory(root), /lists .*none\.png, which is not there/);
  await writeAtomically(list, 'object,split,label');
  await assert.rejects(openCategory(root), /has no column image/);
});

test('KolektorSDD: empty masks are good; good images of the first items train, the rest and all defects test', async (t) => {
  const root = join(await temporaryFolder(t), 'KolektorSDD');
  for (let item = 1; item <= 5; item++) {
    await write(root, [`kos0${item}/Part0.jpg`, `kos0${item}/Part1.jpg`], 90);
    await write(root, [`kos0${item}/Part0_label.bmp`]);
    await write(root, [`kos0${item}/Part1_label.bmp`], item % 2 === 0 ? 1 : 0);
  }
  const category = await openCategory(root);
  assert.deepEqual(labels(category), [
    ...[
      'kos01/Part0.jpg',
      'kos01/Part1.jpg',
      'kos02/Part0.jpg',
      'kos03/Part0.jpg',
      'kos03/Part1.jpg',
      'kos04/Part0.jpg',
    ],
    'kos02/Part1.jpg 1 KolektorSDD/kos02/Part1_label.bmp',
    'kos04/Part1.jpg 1 KolektorSDD/kos04/Part1_label.bmp',
    ...['kos05/Part0.jpg 0', 'kos05/Part1.jpg 0'],
  ]);
  assert.ok(category.masked);
  await rm(join(root, 'kos03/Part0_label.bmp'));
  await assert.rejects(openCategory(root), /kos03\/Part0\.jpg has no mask .*Part0_label/);
});

test('KolektorSDD2: train and test with masks beside; defective training images are left out', async (t) => {
  const root = join(await temporaryFolder(t), 'KolektorSDD2');
  await write(root, ['train/10000.png', 'train/10001.png', 'test/20000.png', 'test/20001.png'], 90);
  await write(root, ['train/10000_GT.png', 'test/20000_GT.png']);
  await write(root, ['train/10001_GT.png', 'test/20001_GT.png'], 255);
  const category = await openCategory(root);
  assert.deepEqual(labels(category), [
    'train/10000.png',
    'test/20000.png 0',
    'test/20001.png 1 KolektorSDD2/test/20001_GT.png',
  ]);
  assert.equal(leftOutLine(category.leftOut), 'left out: 1 anomalous images of train (not used)');
});

test('MPDD lies as MVTec AD', async (t) => {
  const root = join(await temporaryFolder(t), 'bracket_black');
  await write(root, ['train/good/000.png', 'test/good/000.png', 'test/hole/000.png']);
  await write(root, ['ground_truth/hole/000_mask.png'], 255);
  assert.deepEqual(labels(await openCategory(root)), [
    'train/good/000.png',
    'test/good/000.png 0',
    'test/hole/000.png 1 ground_truth/hole/000_mask.png',
  ]);
});

test('two images of one stem are refused only where masks pair by it', async (t) => {
  const root = join(await temporaryFolder(t), 'a');
  await write(root, ['train/good/0.png', 'train/good/0.jpg', 'test/good/1.png', 'test/good/1.jpg', 'test/dent/2.png']);
  await write(root, ['ground_truth/dent/2.png'], 255);
  assert.equal((await openCategory(root)).train.length, 2);
  await write(root, ['test/dent/2.jpg']);
  await assert.rejects(openCategory(root), /dent holds both 2\.jpg and 2\.png/);
});

test('surveyCategory lists all that does not pair, openCategory stops at the first', async (t) => {
  const root = join(await temporaryFolder(t), 'a');
  await write(root, ['train/good/0.png', 'test/dent/1.png', 'test/dent/2.png', 'ground_truth/dent/3_mask.png']);
  const { problems } = await surveyCategory(root);
  assert.deepEqual(
    problems.map(({ message }) => /(\d)(_mask)?\.png has no (mask|image)/.exec(message)?.slice(1).join(' ')),
    ['1  mask', '2  mask', '3 _mask image'],
  );
  await assert.rejects(openCategory(root), /1\.png has no mask/);
});

test('a folder that cannot be listed is told from a link that leads nowhere', async (t) => {
  const folder = await temporaryFolder(t);
  const failure = (code: string): Error => Object.assign(new Error(code), { code });
  assert.match(listingError(folder, failure('EACCES')).message, /you may not read it\. Give yourself permission/);
  assert.match(listingError(folder, failure('ENOTDIR')).message, /it is no folder\. Give a folder/);
  await symlink(join(folder, 'none.png'), join(folder, 'gone.png'));
  await assert.rejects(listImages(folder), /gone\.png is a link that leads nowhere\. Remove or mend it/);
  await rm(join(folder, 'gone.png'));
  await mkdir(join(folder, 'a'));
  await symlink('..', join(folder, 'a', 'loop'));
  await assert.rejects(listImages(folder), /loop is a link that leads in a circle/);
});

test('the official counts add up to MVTec’s 3629, 467 and 1258', () => {
  const sums = [0, 1, 2].map((part) => Object.values(MVTEC_COUNTS).reduce((total, row) => total + row[part], 0));
  assert.deepEqual(sums, [3629, 467, 1258]);
});

test('importData unpacks an archive, reports differences of counts, and refuses what exists', async (t) => {
  const folder = await temporaryFolder(t);
  await writeDrawnCategory(folder, 'bolt', TINY, encodePng);
  await mkdir(join(folder, 'in', 'mvtec'), { recursive: true });
  await rename(join(folder, 'bolt'), join(folder, 'in', 'mvtec', 'screw'));
  execFileSync('tar', ['-cJf', join(folder, 'a.tar.xz'), '-C', join(folder, 'in'), 'mvtec']);
  const target = join(folder, 'out');
  const [report] = await importData(join(folder, 'a.tar.xz'), target, () => undefined);
  assert.deepEqual(report.found, { train: 2, good: 1, anomalous: 6 });
  assert.deepEqual(report.differences[0], 'screw has 2 train images, MVTec AD has 320');
  assert.equal((await openCategory(target, 'screw')).test.length, 7);
  await assert.rejects(
    importData(join(folder, 'in'), target, () => undefined),
    /screw exists already/,
  );
  await rm(join(folder, 'in/mvtec/screw/ground_truth/rust/000_mask.png'));
  const before = await below(folder);
  await assert.rejects(
    importData(join(folder, 'in'), join(folder, 'other'), () => undefined),
    /has no mask/,
  );
  assert.deepEqual(
    (await below(folder)).filter((file) => file !== 'other'),
    before,
    'a failed import leaves nothing',
  );
});

test('the shared screw category has the published counts', needs('datasets/mvtec/screw'), async () => {
  assert.deepEqual(checkCounts(await openCategory(shared('datasets/mvtec'), 'screw')).differences, []);
});
