import assert from 'node:assert/strict';
import test from 'node:test';
import { markedLines, placeOf } from '../../../src/jupyter/session/source-lines.js';

const plain = (lines: string[]): string[] =>
  lines.map((line) => line.replace(new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g'), ''));

test('markedLines(code, line, column, length) shows two lines around and marks the place, below tabs too', () => {
  assert.deepEqual(plain(markedLines('a\nb\nc\n\tdef\ne\nf\ng', 3, 1, 2)), [
    '  2 │ b',
    '  3 │ c',
    '❱ 4 │ \tdef',
    '      \t^^',
    '  5 │ e',
    '  6 │ f',
  ]);
  assert.deepEqual(plain(markedLines('x', 0, 0, 50)), ['❱ 1 │ x', '      ^']);
  assert.deepEqual(plain(markedLines('', 0, 0)), ['❱ 1 │ ', '      ^']);
});

test('placeOf(code, offset) is line and column from 0', () => {
  assert.deepEqual(placeOf('ab\ncd', 4), { line: 1, column: 1 });
  assert.deepEqual(placeOf('ab\ncd', 0), { line: 0, column: 0 });
});
