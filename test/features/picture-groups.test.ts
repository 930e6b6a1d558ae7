import assert from 'node:assert/strict';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { InputError } from '../../src/errors.js';
import { pictureGroups } from '../../src/features/picture-groups.js';
import { temporaryFolder } from '../temporary.js';

test('files of equal bytes and changed copies are one picture', async (t) => {
  const folder = await temporaryFolder(t);
  const [a, b, copy] = ['a.png', 'b.png', 'copy.png'].map((name) => join(folder, name));
  await writeFile(a, 'one');
  await writeFile(b, 'two');
  await copyFile(a, copy);
  const moved = { path: b, augmentation: { angle: 3, shiftX: 0, shiftY: 0 } };
  const groups = await pictureGroups([{ path: a }, { path: b }, { path: copy }, moved as { path: string }]);
  assert.deepEqual([...groups], [0, 1, 0, 1]);
  await assert.rejects(pictureGroups([{ path: join(folder, 'none.png') }]), InputError);
});
