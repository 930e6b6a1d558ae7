import assert from 'node:assert/strict';
import test from 'node:test';
import { completeness } from '../../../src/jupyter/language/completeness.js';

test('completeness(code) tells whole code from code to be continued and from wrong code', () => {
  for (const code of ['const x = 1', 'f(1)', 'await x', 'if (a) {\n}', '// only a comment', ''])
    assert.equal(completeness(code).status, 'complete', code);
  for (const code of ['if (a) {', 'f(', '`text', '/* comment', 'const x =', 'x => {\n  y(['])
    assert.equal(completeness(code).status, 'incomplete', code);
  for (const code of ['const x = ;', 'f)(', '} {']) assert.equal(completeness(code).status, 'invalid', code);
});

test('completeness(code) indents what comes after an open bracket by two more', () => {
  assert.equal(completeness('for (const a of b) {').indent, '  ');
  assert.equal(completeness('if (a) {\n  f(').indent, '    ');
  assert.equal(completeness('if (a) {\n  b;').indent, '  ');
});
