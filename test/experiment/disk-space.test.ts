import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { InputError } from '../../src/errors.js';
import { checkDiskSpace, freeBytes } from '../../src/experiment/disk-space.js';
import type { FeatureSpec } from '../../src/features/spec.js';
import { entryPath } from '../../src/storage/cache.js';
import { temporaryFolder } from '../temporary.js';

const spec: FeatureSpec = {
  backbone: 'resnet18',
  layers: ['layer2', 'layer3'],
  weights: { kind: 'random', seed: 0 },
  preprocessing: { resize: 64, crop: 64, filter: 'bilinear' },
};
/** 64 patches of 1024 numbers. */
const IMAGE = 64 * 1024 * 4;

test('features that are not stored yet must have room on the disk, before they are computed', async (t) => {
  const folder = join(await temporaryFolder(t), 'cache');
  const reader = { spec, keys: async () => ['aa', 'bb', 'cc'] };
  const images = ['a', 'b', 'c'].map((path) => ({ path }));
  const kept = entryPath(folder, 'features', 'bb');
  await mkdir(dirname(kept), { recursive: true });
  await writeFile(kept, '');
  assert.deepEqual(await checkDiskSpace(folder, reader, images, async () => 2 * IMAGE), [images[0], images[2]]);
  const full = checkDiskSpace(folder, reader, images, async () => 2 * IMAGE - 1);
  await assert.rejects(full, (error: Error) => {
    assert.ok(error instanceof InputError);
    assert.match(error.message, /^features take 0\.5 MB in .*cache, whose disk has 0\.5 MB left\. Free some space/);
    return true;
  });
});

test('the disk of a folder that is still to be made is that of the nearest one above', async (t) => {
  const root = await temporaryFolder(t);
  const free = await freeBytes(join(root, 'not', 'yet', 'there'));
  assert.ok(Math.abs(free - (await freeBytes(root))) < 2 ** 32 && free > 0);
});
