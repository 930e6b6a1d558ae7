import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { temporaryFolder } from '../temporary.js';
import { softpatch } from './command.js';

test('softpatch kernel install writes a kernel where Jupyter looks: for the user, a prefix or a folder', async (context) => {
  const folder = await temporaryFolder(context);
  const env = { JUPYTER_DATA_DIR: join(folder, 'user') };
  for (const [options, data] of [
    [[], 'user'],
    [['--user'], 'user'],
    [['--prefix', folder], 'share/jupyter'],
    [['--to', join(folder, 'own')], 'own'],
  ] as const) {
    const { code, stdout, stderr } = await softpatch(['kernel', 'install', ...options], undefined, env);
    assert.equal(code, 0, stderr);
    const kernel = join(folder, data, 'kernels/softpatch-lab');
    assert.ok(stdout.includes(kernel), stdout);
    const { argv, display_name } = JSON.parse(await readFile(join(kernel, 'kernel.json'), 'utf8'));
    assert.equal(display_name, 'TypeScript (SoftPatch Lab)');
    assert.ok(existsSync(argv[1]), argv[1]);
  }
});

test('softpatch kernel install --tslab keeps the former kernel by its name', async (context) => {
  const folder = await temporaryFolder(context);
  assert.equal((await softpatch(['kernel', 'install', '--tslab', '--to', folder])).code, 0);
  assert.deepEqual(await readdir(join(folder, 'kernels')), ['softpatch-lab-tslab']);
});

test('softpatch kernel install refuses two places at once, and one that cannot be written', async (context) => {
  const folder = await temporaryFolder(context);
  const both = await softpatch(['kernel', 'install', '--user', '--prefix', folder]);
  assert.deepEqual([both.code, /exclude each other/.test(both.stderr)], [1, true], both.stderr);
  const file = await softpatch(['kernel', 'install', '--to', 'package.json']);
  assert.equal(file.code, 1);
  assert.match(file.stderr, /package\.json/);
  assert.doesNotMatch(file.stderr, /\n\s+at /);
});
