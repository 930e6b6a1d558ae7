import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { writeDrawnCategory } from '../../src/dataset/drawn/write.js';
import { importData } from '../../src/dataset/import.js';
import { listCategories, openCategory, openFolders } from '../../src/dataset/layouts.js';
import { checkCounts, MVTEC_COUNTS } from '../../src/dataset/mvtec-counts.js';
import { decodeRgb, encodePng } from '../../src/image/codec.js';
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
  await assert.rejects(openFolders(join(folder, 'good'), join(folder, 'none')), /none: there is no such folder/);
});

test('a BMP image decodes to its colours', async (t) => {
  const path = join(await temporaryFolder(t), 'a.bmp');
  const row = Buffer.alloc(24);
  for (let x = 0; x < 8; x++) row.set([30, 20, 10 + x], x * 3);
  const header = Buffer.alloc(54);
  header.write('BM');
  for (const [at, value] of [
    [2, 54 + 192],
    [10, 54],
    [14, 40],
    [18, 8],
    [22, 8],
  ])
    header.writeUInt32LE(value, at);
  header.writeUInt16LE(1, 26);
  header.writeUInt16LE(24, 28);
  await writeFile(path, Buffer.concat([header, ...Array.from({ length: 8 }, () => row)]));
  const { width, height, data } = await decodeRgb(path);
  assert.deepEqual([width, height, ...data.subarray(0, 6)], [8, 8, 10, 20, 30, 11, 20, 30]);
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
