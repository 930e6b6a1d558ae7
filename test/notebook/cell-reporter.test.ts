import assert from 'node:assert/strict';
import test from 'node:test';
import { cellReporter } from '../../src/notebook/cell-reporter.js';

test('cellReporter overwrites one line, ends it when a stage ends, and tells notes apart', () => {
  let text = '';
  const reporter = cellReporter((part) => {
    text += part;
  });
  const progress = reporter.stage('search');
  progress(1, 4);
  progress(2, 4);
  progress(4, 4);
  reporter.note('done');
  assert.equal(text, '\rsearch: 25 %\rsearch: 100 %\ndone\n', 'a second tick within half a second is left out');
});

test('cellReporter breaks an open line before a note', () => {
  let text = '';
  const reporter = cellReporter((part) => {
    text += part;
  });
  reporter.stage('search')(1, 2);
  reporter.note('a cell failed');
  assert.equal(text, '\rsearch: 50 %\na cell failed\n');
});
