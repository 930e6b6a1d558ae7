import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import test from 'node:test';
import { OWN_KERNEL, writeKernelSpec } from '../../../src/jupyter/install/kernel-spec.js';
import { temporaryFolder } from '../../temporary.js';

test('writeKernelSpec(data, spec) writes a kernel that may be copied anywhere, with its icon', async (context) => {
  const folder = await writeKernelSpec(await temporaryFolder(context), OWN_KERNEL);
  assert.deepEqual((await readdir(folder)).sort(), ['kernel.json', 'logo-32x32.png', 'logo-64x64.png', 'logo-svg.svg']);
  const spec = JSON.parse(await readFile(join(folder, 'kernel.json'), 'utf8'));
  assert.equal(spec.interrupt_mode, 'message');
  for (const path of spec.argv.slice(0, 2)) assert.ok(isAbsolute(path) && existsSync(path), path);
  const png = await readFile(join(folder, 'logo-32x32.png'));
  assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [32, 32]);
});
