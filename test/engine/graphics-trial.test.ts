import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { trialsFile, tryGraphics } from '../../src/engine/graphics-trial.js';
import { softwareVulkan } from '../software-vulkan.js';
import { temporaryFolder } from '../temporary.js';

const CHILD = fileURLToPath(new URL('./graphics-child.js', import.meta.url));

function look(env: Record<string, string>): Promise<{ said: string; noise: string }> {
  return new Promise((done) => {
    execFile(process.execPath, [CHILD], { env: { ...process.env, ...env } }, (_error, stdout, stderr) =>
      done({ said: stdout.trim(), noise: stderr }),
    );
  });
}

test('a Vulkan loader without a driver, or with a dead one, leaves the terminal alone', async (t) => {
  const software = await softwareVulkan();
  if (typeof software === 'string') return t.skip(software);
  const root = await temporaryFolder(t);
  const dead = join(root, 'dead.json');
  await writeFile(dead, JSON.stringify({ file_format_version: '1.0.0', ICD: { library_path: '/nowhere.so' } }));
  const env = { ...software, XDG_CACHE_HOME: join(root, 'cache') };
  const none = await look({ ...env, VK_ICD_FILENAMES: '/nowhere.json' });
  assert.deepEqual(none, { said: 'no adapter: no Vulkan driver is installed', noise: '' });
  const broken = { ...env, VK_ICD_FILENAMES: dead };
  const first = await look(broken);
  assert.deepEqual(first, { said: 'no adapter: no graphics driver offers what WebGPU needs', noise: '' });
  const remembered = JSON.parse(await readFile(trialsFile(env), 'utf8')) as object;
  assert.deepEqual(Object.values(remembered), [first.said]);
  assert.deepEqual(await look(broken), first);
  assert.deepEqual(await look(env), { said: 'adapter', noise: '' });
  assert.equal(Object.keys(JSON.parse(await readFile(trialsFile(env), 'utf8')) as object).length, 2);
});

test('what is remembered is not tried again, and a file that is none is no obstacle', async (t) => {
  const file = join(await temporaryFolder(t), 'graphics.json');
  await writeFile(file, 'no JSON');
  const outcome = await tryGraphics([], file);
  const known = JSON.parse(await readFile(file, 'utf8')) as Record<string, string | null>;
  assert.deepEqual(Object.values(known), [outcome]);
  await writeFile(file, JSON.stringify({ [Object.keys(known)[0]]: 'as remembered' }));
  assert.equal(await tryGraphics([], file), 'as remembered');
});
