import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import test from 'node:test';
import { temporaryFolder } from './temporary.js';

const TYPEDOC = 'scripts/api/node_modules/typedoc/bin/typedoc';
const skip = existsSync(TYPEDOC) ? false : `needs ${TYPEDOC}: npm ci`;

test('the API reference is written without a warning: every type in a public signature is exported', {
  skip,
}, async (t) => {
  const out = await temporaryFolder(t);
  const options = ['--options', 'scripts/api/typedoc.json', '--out', out];
  const { status, stdout, stderr } = spawnSync(process.execPath, [TYPEDOC, ...options], { encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
  assert.ok(readdirSync(out).includes('index.html'));
});
