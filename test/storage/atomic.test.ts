import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { InputError } from '../../src/errors.js';
import { writeAtomically } from '../../src/storage/atomic.js';
import { below, temporaryFolder } from '../temporary.js';

test('writeAtomically keeps the old file when writing fails halfway, and says the disk is full', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'result.json');
  await writeFile(path, 'old');
  const full = writeAtomically(path, async (file) => {
    await file.write('half of the new');
    throw Object.assign(new Error('write'), { code: 'ENOSPC' });
  });
  await assert.rejects(
    full,
    (error: Error) => error instanceof InputError && /result\.json: the disk is full/.test(error.message),
  );
  assert.equal(await readFile(path, 'utf8'), 'old');
  assert.deepEqual(await below(folder), ['result.json']);
});

test('writeAtomically makes folders and replaces files', async (t) => {
  const path = join(await temporaryFolder(t), 'a', 'b', 'c.txt');
  await writeAtomically(path, 'one');
  await writeAtomically(path, 'two');
  assert.equal(await readFile(path, 'utf8'), 'two');
});

test('writeAtomically names a file that stands where a folder should', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'file'), '');
  await assert.rejects(writeAtomically(join(folder, 'file', 'x'), ''), /a part of the path is a file/);
});
