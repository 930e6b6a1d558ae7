import assert from 'node:assert/strict';
import test from 'node:test';
import { runOnSoftwareGpu } from './software-gpu.js';

interface Report {
  about: string;
  wrong: string[];
  /** Runs in which a room was refused. */
  refusals: { embedding: number; projection: number };
  /** What the embedding says when the GPU is lost between two batches, and a projection afterwards. */
  lost: string[];
}

test('without room on a GPU embedding and projection give the same elsewhere; a lost GPU is one clear error', async (t) => {
  const report = await runOnSoftwareGpu<Report>(t, './stages-child.js');
  if (!report) return;
  assert.deepEqual(report.wrong, []);
  assert.ok(report.refusals.embedding > 0 && report.refusals.projection > 0, JSON.stringify(report.refusals));
  assert.equal(report.lost.length, 2);
  for (const said of report.lost) assert.match(said, /^InputError: the GPU was lost: /);
});
