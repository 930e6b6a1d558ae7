import assert from 'node:assert/strict';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { checkWritable, checkWritableFolder } from '../../src/storage/writable.js';
import { below, temporaryFolder } from '../temporary.js';

test('outputs that can be written pass, and nothing is made', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'old'), '');
  await symlink('not/there/yet', join(folder, 'link'));
  const before = await below(folder);
  for (const name of ['old', 'new', 'a/b/new', 'link']) await checkWritable(join(folder, name));
  for (const name of ['', 'a/b']) await checkWritableFolder(join(folder, name));
  await checkWritable('/dev/null');
  await checkWritable('/dev/stdout');
  assert.deepEqual(await below(folder), before);
});

test('outputs that cannot be written are refused with the reason', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'file'), '');
  await assert.rejects(checkWritable(folder), /cannot write .*: it is a folder/);
  await assert.rejects(checkWritable(join(folder, 'file', 'x')), /a part of the path is a file/);
  await assert.rejects(checkWritable('/dev/null/x/y'), /a part of the path is a file/);
  await assert.rejects(checkWritableFolder(join(folder, 'file')), /a part of the path is a file/);
  await assert.rejects(checkWritableFolder('/proc/x'), /\/proc takes no files/);
});

test('a folder without permission is refused', {
  skip: process.getuid?.() === 0 && 'root may write anywhere',
}, async () => {
  await assert.rejects(checkWritable('/usr/x'), /permission denied/);
});
