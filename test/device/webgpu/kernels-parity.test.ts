import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { softwareVulkan } from '../../software-vulkan.js';

const CHILD = fileURLToPath(new URL('./kernels-child.js', import.meta.url));

interface Report {
  about: string;
  wrong: string[];
  trips: number;
  /** What coreset, search, weights and reading say without room, and when the GPU is lost. */
  full: string[];
  lost: string[];
}

test('GPU kernels follow plain loops over random shapes, ask the host seldom, and end clearly when the device fails', async (t) => {
  const env = await softwareVulkan();
  if (typeof env === 'string') return t.skip(env);
  const seed = process.pid;
  const { stdout, stderr } = await new Promise<{ stdout: string; stderr: string }>((done) => {
    execFile(process.execPath, [CHILD, String(seed)], { env: { ...process.env, ...env } }, (_error, out, err) =>
      done({ stdout: out, stderr: err }),
    );
  });
  const last = stdout.trim().split('\n').at(-1);
  assert.ok(last?.startsWith('{') === true, stderr);
  const report = JSON.parse(last!) as Report;
  t.diagnostic(`${report.about}, seed ${seed}`);
  assert.deepEqual(report.wrong, []);
  assert.ok(report.trips <= 4, `${report.trips} waits for 256 picks, the first and the list included`);
  assert.equal(report.full.length, 4);
  for (const said of report.full) assert.match(said, /^OutOfMemory|GPU does not run/);
  assert.equal(report.lost.length, 4);
  for (const said of report.lost) assert.match(said, /^InputError: the GPU was lost: /);
});
