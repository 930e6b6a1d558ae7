import assert from 'node:assert/strict';
import test from 'node:test';
import { type AgainstFile, againstTable } from '../../src/paper/against-table.js';

const file: AgainstFile = {
  machine: { cpu: 'a processor', threads: 2, node: 'v20', load: 7.25 },
  runs: 3,
  against: { commit: 'aca40e9916f5', date: '2026-11-25' },
  here: { commit: '0123456789ab', changed: true },
  rows: [
    { stage: 'coreset', before: { seconds: 4, cpu: 6 }, after: { seconds: 1.6, cpu: 2 }, same: true },
    { stage: 'others', before: null, after: null, same: null },
    {
      stage: 'metrics',
      before: { seconds: 1, cpu: 1 },
      after: { seconds: 2, cpu: 1 },
      same: false,
      note: 'ties count half',
    },
    { stage: 'search', before: { seconds: 1, cpu: null }, after: { seconds: 3, cpu: null }, same: false },
  ],
  farthest: 0.00012,
};

test('releases stand side by side, with the ratio and whether their results agree', () => {
  const text = againstTable(file);
  assert.match(text, /Commit aca40e9 \(2026-11-25\) beside 0123456 with changes, medians of 3 runs/);
  assert.match(text, /a processor, 2 threads, Node v20, load 7\.25/);
  assert.match(text, /differ by at most\n1e-4 of their value\./);
  assert.match(text, /\| coreset \| 4 \(6\) \| 1\.6 \(2\) \| 2\.5 × \| 3 × \| the same bytes \|/);
  assert.match(text, /\| others \| – \| – \| – \| – \| – \|/);
  assert.match(text, /\| metrics \| 1 \(1\) \| 2 \(1\) \| 0\.5 × \| 1 × \| another: ties count half \|/);
  assert.match(text, /\| search \| 1 \| 3 \| 0\.333 × \| – \| another \|/);
  assert.match(againstTable({ ...file, farthest: 0 }), /differ by at most\nnothing\./);
});
