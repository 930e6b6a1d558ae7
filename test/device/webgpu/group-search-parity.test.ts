import assert from 'node:assert/strict';
import test from 'node:test';
import { runOnSoftwareGpu } from './software-gpu.js';

interface Report {
  about: string;
  wrong: string[];
  /** Of a search of all 600 patches: waits, bytes. */
  moved: { trips: number; up: number; down: number };
  /** Searches for which the device had no room at one place or another. */
  retried: number;
  refusing: string;
  lost: string[];
}

test('a search of groups on a GPU follows a plain loop and the threads, moves little, and ends clearly when the device fails', async (t) => {
  const report = await runOnSoftwareGpu<Report>(t, './group-search-child.js');
  if (!report) return;
  assert.deepEqual(report.wrong, []);
  assert.equal(report.moved.trips, 1, 'one wait for all queries');
  assert.equal(report.moved.down, 600 * 5 * 8);
  assert.ok(report.moved.up < 600 * 8 + 600 * 4 + 512, `${report.moved.up} bytes: no patch goes there again`);
  assert.ok(report.retried >= 5, `${report.retried} searches without room`);
  assert.equal(report.refusing, 'OutOfMemory');
  assert.equal(report.lost.length, 2);
  for (const said of report.lost) assert.match(said, /^InputError: the GPU was lost: /);
});
