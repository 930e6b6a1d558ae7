import assert from 'node:assert/strict';
import test from 'node:test';
import { pythonJson } from '../../../src/jupyter/notebook/python-json.js';

test('pythonJson(value) is what json.dumps writes with indent 1 and sorted keys', () => {
  // Written by Python 3.11: json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False).
  const python =
    '{\n "a": [\n  1,\n  0.5,\n  1e-05,\n  2.5e-07,\n  0.0001,\n  -1.5e-12\n ],\n "b": {},\n "c": [],\n "d": "τ\\n\\"",\n "e": null,\n "f": true\n}';
  const value = {
    f: true,
    e: null,
    d: 'τ\n"',
    c: [],
    b: {},
    a: [1, 0.5, 0.00001, 0.00000025, 0.0001, -0.0000000000015],
    g: undefined,
  };
  assert.equal(pythonJson(value), python);
});
