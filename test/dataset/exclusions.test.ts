import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { leaveOut, readExclusions } from '../../src/dataset/exclusions.js';
import { InputError } from '../../src/errors.js';
import { temporaryFolder } from '../temporary.js';

const images = ['train/good/001.png', 'train/good/002.png', 'train/odd/002.png'].map((name) => ({ name }));
const names = (left: { name: string }[]): string[] => left.map(({ name }) => name);

test('a list is one name a line, with comments', async (t) => {
  const path = join(await temporaryFolder(t), 'exclude.txt');
  await writeFile(path, '# chosen by hand\r\n001.png\n\n  my part #3.png  \n001.png\n');
  assert.deepEqual(await readExclusions(path), ['001.png', 'my part #3.png']);
  await assert.rejects(readExclusions(`${path}.none`), InputError);
});

test('images are named whole or by their last parts', () => {
  assert.deepEqual(names(leaveOut(images, ['001.png'], 'list')), ['train/good/002.png', 'train/odd/002.png']);
  assert.deepEqual(names(leaveOut(images, ['good\\002.png'], 'list')), ['train/good/001.png', 'train/odd/002.png']);
  assert.deepEqual(names(leaveOut(images, ['train/good/001.png', 'odd/002.png'], 'list')), ['train/good/002.png']);
  assert.deepEqual(leaveOut(images, [], 'list'), images);
});

test('a line that names none or several, and a list that leaves nothing, are refused', () => {
  assert.throws(
    () => leaveOut(images, ['003.png'], 'list.txt'),
    /list\.txt names 003\.png, which is no training image/,
  );
  assert.throws(() => leaveOut(images, ['002.png'], 'list.txt'), /are 2 images/);
  assert.throws(() => leaveOut(images, names(images), 'list.txt'), /leaves no training image/);
});
