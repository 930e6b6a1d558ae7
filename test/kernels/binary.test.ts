import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { KERNELS_BASE64, KERNELS_SHA256 } from '../../src/kernels/binary.js';

test('compiling the kernels again gives the same bytes', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/build-kernels.mjs', '--check'], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  assert.equal(createHash('sha256').update(Buffer.from(KERNELS_BASE64, 'base64')).digest('hex'), KERNELS_SHA256);
});
