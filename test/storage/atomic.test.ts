import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { InputError } from '../../src/errors.js';
import { writeAtomically } from '../../src/storage/atomic.js';
import { removeOwnTemporaries } from '../../src/storage/temporaries.js';
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

test('what a link leads to is written, not the link; also where it leads to nothing yet', async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, 'far'));
  await writeFile(join(folder, 'far', 'old.csv'), 'old');
  await symlink(join('far', 'old.csv'), join(folder, 'one.csv'));
  await symlink('one.csv', join(folder, 'two.csv'));
  await symlink(join('far', 'new.csv'), join(folder, 'new.csv'));
  await writeAtomically(join(folder, 'two.csv'), 'new');
  await writeAtomically(join(folder, 'new.csv'), 'first');
  assert.equal(await readFile(join(folder, 'far', 'old.csv'), 'utf8'), 'new');
  assert.equal(await readFile(join(folder, 'far', 'new.csv'), 'utf8'), 'first');
  assert.equal(await readlink(join(folder, 'two.csv')), 'one.csv');
  assert.deepEqual(await below(folder), ['far', 'far/new.csv', 'far/old.csv', 'new.csv', 'one.csv', 'two.csv']);
});

test('a pipe takes a stream and stays', async (t) => {
  const folder = await temporaryFolder(t);
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const [read] = await Promise.all([readFile(pipe, 'utf8'), writeAtomically(pipe, 'scores')]);
  assert.equal(read, 'scores');
  assert.ok((await stat(pipe)).isFIFO());
});

test('an exit in the middle of writing leaves no part', async (t) => {
  const folder = await temporaryFolder(t);
  const code = `
    import { writeAtomically } from './build/src/storage/atomic.js';
    await writeAtomically(${JSON.stringify(join(folder, 'x'))}, async (file) => {
      await file.write('half');
      process.exit(3);
    });`;
  const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', code]);
  assert.equal(status, 3);
  assert.deepEqual(await below(folder), []);
});

test('parts that ended threads left are removed, others’ stay', async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, 'features', 'ab'), { recursive: true });
  const own = join(folder, 'features', 'ab', `.x.safetensors.${process.pid}-0123456789ab.tmp`);
  const other = join(folder, 'features', 'ab', `.x.safetensors.${process.pid + 1}-0123456789ab.tmp`);
  await writeFile(own, '');
  await writeFile(other, '');
  removeOwnTemporaries(folder);
  removeOwnTemporaries(join(folder, 'nowhere'));
  assert.equal(existsSync(own), false);
  assert.equal(existsSync(other), true);
});
