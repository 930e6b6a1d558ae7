import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { writeDrawnCategory } from '../../../src/dataset/drawn/write.js';
import { openCategory } from '../../../src/dataset/layouts.js';
import { isInside, openPictures } from '../../../src/explore/server/pictures.js';
import { encodePng } from '../../../src/image/codec.js';
import { temporaryFolder } from '../../temporary.js';

test('isInside takes names below a folder alone', () => {
  for (const name of ['train/good/000.png', 'a', 'a..b/c']) assert.ok(isInside('/data/screw', name), name);
  for (const name of ['..', '../x', 'a/../b', 'a/../../b', '/etc/passwd', 'a\\..\\b', 'a\0b', '', '.'])
    assert.ok(!isInside('/data/screw', name), name);
});

test('only images that the category lists are given, as the network sees them', async (t) => {
  const root = await temporaryFolder(t);
  await writeDrawnCategory(root, 'bolt', { seed: 0, train: 8, good: 1, defective: 1, side: 64 }, encodePng);
  const category = await openCategory(root, 'bolt');
  const pictures = openPictures(category, { resize: 48, crop: 32, filter: 'bilinear' });
  const [{ name, path }] = category.train;
  const jpeg = await pictures.jpeg(name);
  assert.deepEqual([...jpeg!.subarray(0, 2)], [0xff, 0xd8]);
  // Files that lie in the folder but are no images of the list, and the image by another way to it.
  for (const other of [
    path,
    join('..', 'bolt', name),
    './'.concat(name),
    'ground_truth',
    'test/good/../good/000.png',
    'none.png',
  ])
    assert.equal(await pictures.jpeg(other), null, other);
});
