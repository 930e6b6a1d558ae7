import assert from 'node:assert/strict';
import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { temporaryFolder } from '../temporary.js';
import { softpatch } from './command.js';

test('report says what it takes, with examples', async () => {
  const { code, stdout } = await softpatch(['report', '--help']);
  assert.equal(code, 0);
  assert.match(stdout, /<result\.\.\.>/);
  assert.match(stdout, /Examples:\n {2}softpatch evaluate .*--json lof\.json/);
});

test('report names the file that is no result, and writes nothing', async (t) => {
  const folder = await temporaryFolder(t);
  const [wrong, out] = [join(folder, 'wrong.json'), join(folder, 'page.html')];
  await writeFile(wrong, '{}');
  const { code, stderr } = await softpatch(['report', wrong, '--data', folder, '--no-cache', '--out', out]);
  assert.equal(code, 1);
  assert.match(stderr, /wrong\.json is no result of evaluate or sweep/);
  await assert.rejects(access(out));
});
