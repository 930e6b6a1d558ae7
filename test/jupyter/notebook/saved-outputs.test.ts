import assert from 'node:assert/strict';
import test from 'node:test';
import { gatherOutputs } from '../../../src/jupyter/notebook/saved-outputs.js';

const scrub = (text: string): string => text.replaceAll('/home/me/project', '.');

test('gatherOutputs: prints are joined, carriage returns collapsed, paths taken out', () => {
  const outputs = gatherOutputs(3, scrub);
  outputs.stream('stdout', '10 %\r');
  outputs.stream('stdout', '100 %\nin /home/me/project/data\n');
  outputs.stream('stderr', 'warning');
  assert.deepEqual(outputs.saved(), [
    { output_type: 'stream', name: 'stdout', text: ['100 %\n', 'in ./data\n'] },
    { output_type: 'stream', name: 'stderr', text: ['warning'] },
  ]);
});

test('gatherOutputs: a display is updated in place, one that was emptied is gone, text is saved as lines, pictures and JSON whole', () => {
  const outputs = gatherOutputs(3, scrub);
  outputs.display({ 'text/plain': '10 %' }, { id: 'progress' });
  outputs.display(
    { 'text/html': '<p>\na</p>', 'image/png': 'AAAA', 'application/vnd.vegalite.v5+json': { mark: 'point' } },
    {},
  );
  outputs.display({ 'text/plain': '' }, { id: 'progress', update: true });
  outputs.result({ 'text/plain': '5' });
  assert.deepEqual(outputs.saved(), [
    {
      output_type: 'display_data',
      data: {
        'text/html': ['<p>\n', 'a</p>'],
        'image/png': 'AAAA',
        'application/vnd.vegalite.v5+json': { mark: 'point' },
      },
      metadata: {},
    },
    { output_type: 'execute_result', data: { 'text/plain': ['5'] }, metadata: {}, execution_count: 3 },
  ]);
  assert.equal(outputs.loose, null);
  outputs.error({ ename: 'Error', evalue: 'x', traceback: ['/home/me/project/a.ts'] });
  assert.equal(outputs.loose!.evalue, 'x');
  assert.deepEqual(outputs.saved().at(-1), {
    output_type: 'error',
    ename: 'Error',
    evalue: 'x',
    traceback: ['./a.ts'],
  });
});
