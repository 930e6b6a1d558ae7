import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import * as tar from 'tar';
import { unpack } from '../../src/storage/archive.js';
import { below, temporaryFolder } from '../temporary.js';

test('unpack reads tar, tar.gz and tar.xz', async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, 'in', 'a'), { recursive: true });
  await writeFile(join(folder, 'in', 'a', 'é.txt'), 'content');
  for (const [name, flags] of [
    ['x.tar', '-cf'],
    ['x.tar.gz', '-czf'],
    ['x.tar.xz', '-cJf'],
  ]) {
    execFileSync('tar', [flags, join(folder, name), '-C', join(folder, 'in'), '.']);
    const out = join(folder, `${name}.out`);
    await mkdir(out);
    await unpack(join(folder, name), out);
    assert.equal(await readFile(join(out, 'a', 'é.txt'), 'utf8'), 'content');
  }
});

test('unpack refuses entries that lead outside and links', async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, 'sub'));
  await mkdir(join(folder, 'out'));
  await writeFile(join(folder, 'evil.txt'), 'evil');
  await tar.c({ file: join(folder, 'up.tar'), cwd: join(folder, 'sub'), preservePaths: true }, ['../evil.txt']);
  await assert.rejects(unpack(join(folder, 'up.tar'), join(folder, 'out')), /\.\.\/evil\.txt leads outside its folder/);
  await symlink('/etc/passwd', join(folder, 'sub', 'link'));
  await tar.c({ file: join(folder, 'link.tar'), cwd: join(folder, 'sub') }, ['link']);
  await assert.rejects(unpack(join(folder, 'link.tar'), join(folder, 'out')), /link is a SymbolicLink/);
  assert.deepEqual(await below(join(folder, 'out')), []);
});

test('unpack names a truncated archive and an unknown kind', async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, 'in'));
  await mkdir(join(folder, 'out'));
  await writeFile(join(folder, 'in', 'a'), Buffer.alloc(50_000, 'abcdefghij'));
  for (const [name, flags] of [
    ['x.tar.xz', '-cJf'],
    ['x.tar.gz', '-czf'],
  ]) {
    const archive = join(folder, name);
    execFileSync('tar', [flags, archive, '-C', join(folder, 'in'), '.']);
    await truncate(archive, 120);
    await assert.rejects(unpack(archive, join(folder, 'out')), (error: Error) =>
      error.message.startsWith(`cannot unpack ${archive}`),
    );
  }
  await assert.rejects(unpack('data.rar', folder), /no \.tar, \.tar\.gz or \.tar\.xz/);
});
