import assert from 'node:assert/strict';
import test from 'node:test';
import { runOnSoftwareGpu } from './software-gpu.js';

interface Report {
  about: string;
  wrong: string[];
  trips: number;
  /** What coreset, search, weights, reading, projection and embedding say without room, and when the GPU is lost. */
  full: string[];
  lost: string[];
}

test('GPU kernels follow plain loops over random shapes, ask the host seldom, and end clearly when the device fails', async (t) => {
  const report = await runOnSoftwareGpu<Report>(t, './kernels-child.js');
  if (!report) return;
  assert.deepEqual(report.wrong, []);
  assert.ok(report.trips <= 4, `${report.trips} waits for 256 picks, the first and the list included`);
  assert.equal(report.full.length, 6);
  for (const said of report.full) assert.match(said, /^OutOfMemory|GPU does not run/);
  assert.equal(report.lost.length, 6);
  for (const said of report.lost) assert.match(said, /^InputError: the GPU was lost: /);
});
