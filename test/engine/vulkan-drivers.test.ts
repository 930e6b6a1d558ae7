import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { vulkanDrivers } from '../../src/engine/vulkan-drivers.js';
import { temporaryFolder } from '../temporary.js';

test('drivers are found where the loader looks, named ones alone, and none where there is none', async (t) => {
  const root = await temporaryFolder(t);
  const folder = join(root, 'share/vulkan/icd.d');
  await mkdir(folder, { recursive: true });
  for (const name of ['b.json', 'a.json', 'notes.txt']) await writeFile(join(folder, name), '{}');
  await mkdir(join(root, 'more'));
  await writeFile(join(root, 'more/own.json'), '{}');
  const env = {
    XDG_CONFIG_HOME: root,
    XDG_CONFIG_DIRS: root,
    XDG_DATA_HOME: join(root, 'none'),
    XDG_DATA_DIRS: `${join(root, 'share')}:${join(root, 'nowhere')}`,
  };
  const own = (found: string[]): string[] => found.filter((path) => path.startsWith(root));
  assert.deepEqual(own(vulkanDrivers(env)), [join(folder, 'a.json'), join(folder, 'b.json')]);
  assert.deepEqual(own(vulkanDrivers({ ...env, VK_ADD_DRIVER_FILES: join(root, 'more') })), [
    join(root, 'more/own.json'),
    join(folder, 'a.json'),
    join(folder, 'b.json'),
  ]);
  const named = join(root, 'more/own.json');
  assert.deepEqual(vulkanDrivers({ ...env, VK_ICD_FILENAMES: `${named}:/nowhere.json` }), [named]);
  assert.deepEqual(vulkanDrivers({ ...env, VK_ICD_FILENAMES: named, VK_DRIVER_FILES: '/nowhere.json' }), []);
});
