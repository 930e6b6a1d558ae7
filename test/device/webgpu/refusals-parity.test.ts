import assert from 'node:assert/strict';
import test from 'node:test';
import { runOnSoftwareGpu } from './software-gpu.js';

interface Report {
  about: string;
  wrong: string[];
  /** Evaluations while buffers were refused, those that came to their end, and buffers refused. */
  runs: number;
  came: number;
  refusals: number;
  /** What the others said. */
  said: string[];
  /** What the device said to nobody. */
  uncaptured: string[];
}

test('an evaluation without room for some buffers gives the same, and the next one runs on the GPU again', async (t) => {
  const report = await runOnSoftwareGpu<Report>(t, './refusals-child.js');
  if (!report) return;
  assert.deepEqual(report.wrong, []);
  assert.deepEqual(report.uncaptured, []);
  assert.ok(report.refusals >= report.runs && report.came > report.runs / 2, JSON.stringify(report));
  for (const said of report.said)
    assert.match(said, /^OutOfMemory: the device has no room for this\. End what else [^\n]*\.$/);
});
