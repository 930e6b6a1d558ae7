import assert from 'node:assert/strict';
import test from 'node:test';
import { describeFailure } from '../../src/cli/failure.js';
import { Cancelled, InputError } from '../../src/errors.js';

test('a failure is one line without a stack, whatever it is', () => {
  const cases: [unknown, RegExp][] = [
    [new InputError('it is bad', 'Mend it'), /^softpatch: it is bad\. Mend it\.$/],
    [new Cancelled(), /^softpatch: stopped on request/],
    [Object.assign(new Error("EISDIR: illegal operation, read '/x'"), { code: 'EISDIR' }), /^softpatch: EISDIR.*\/x'$/],
    [
      new RangeError('Invalid typed array length'),
      /^softpatch: this should not happen: Invalid typed.*SOFTPATCH_DEBUG=1/,
    ],
    ['text', /^softpatch: this should not happen: text/],
  ];
  for (const [error, line] of cases) {
    assert.match(describeFailure(error, false), line);
    assert.doesNotMatch(describeFailure(error, false), /\n/);
  }
  assert.match(describeFailure(new RangeError('x'), true), /\n {4}at /);
});
