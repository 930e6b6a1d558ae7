import assert from 'node:assert/strict';
import test from 'node:test';
import { framesOf } from '../../../src/jupyter/session/stack.js';

test("framesOf(stack) reads V8's calls, named or not, asynchronous or not, paths or URLs", () => {
  const stack = [
    'Error: at (here:1:2)',
    '    at f (/work/__cell_1.ts:3:5)',
    '    at async Promise.all (index 0)',
    '    at async Box.open (file:///work/beside.ts?changed=17:10:1)',
    '    at /work/__cell_2.ts:1:1',
    '    at new Thing (node:fs:7:9)',
    '    at async /work/__cell_3.ts:4:2',
  ].join('\n');
  assert.deepEqual(framesOf(stack), [
    { name: 'f', file: '/work/__cell_1.ts', line: 2, column: 4 },
    { name: 'Box.open', file: '/work/beside.ts', line: 9, column: 0 },
    { name: '', file: '/work/__cell_2.ts', line: 0, column: 0 },
    { name: 'new Thing', file: 'node:fs', line: 6, column: 8 },
    { name: '', file: '/work/__cell_3.ts', line: 3, column: 1 },
  ]);
});
