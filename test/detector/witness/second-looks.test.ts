import assert from 'node:assert/strict';
import test from 'node:test';
import { secondLooks } from '../../../src/detector/witness/second-looks.js';

// Four pictures of two patches; the coreset holds patches 0 (picture 0) and 5 (picture 2).
const picks = Int32Array.of(0, 5);
const rows = { picks, positions: 2, groups: Int32Array.of(0, 1, 2, 3), m: 2 };
/** [8 patches × 2]: picture 0 sees row 5 only, picture 2 row 0 only. */
const others = {
  patches: Int32Array.of(5, -1, 5, -1, 0, 5, 0, 5, 0, -1, 0, -1, 5, 0, 0, 5),
  squared: Float32Array.of(900, Infinity, 8, Infinity, 1, 7, 2, 6, 3, Infinity, 900, Infinity, 5, 10, 0.5, 11),
};

test('beside a row lies the nearest patch of the nearest other picture that has it in its list', () => {
  assert.deepEqual(secondLooks(others, { ...rows, witnesses: 2 }), [
    { patch: 7, row: 0 },
    { patch: 6, row: 1 },
  ]);
});

test('more witnesses take more pictures, each once; a row is no second look', () => {
  assert.deepEqual(secondLooks(others, { ...rows, witnesses: 3 }), [
    { patch: 7, row: 0 },
    { patch: 2, row: 0 },
    { patch: 6, row: 1 },
    { patch: 3, row: 1 },
  ]);
  const all = secondLooks(others, { ...rows, witnesses: 9 });
  assert.deepEqual(
    all.filter(({ row }) => row === 1),
    [
      { patch: 6, row: 1 },
      { patch: 3, row: 1 },
      { patch: 1, row: 1 },
    ],
  );
});

test('copies of a picture are one, and one witness or none needs no second look', () => {
  const copies = { ...rows, groups: Int32Array.of(0, 1, 2, 1) };
  assert.deepEqual(
    secondLooks(others, { ...copies, witnesses: 3 }).filter(({ row }) => row === 0),
    [
      { patch: 7, row: 0 },
      { patch: 4, row: 0 },
    ],
  );
  for (const witnesses of [0, 1]) assert.deepEqual(secondLooks(others, { ...rows, witnesses }), []);
});

test('a neighbour of a rare look is none: it lies within half the distance to the nearest row of another picture', () => {
  const squared = Float32Array.from(others.squared);
  squared[0] = 0.99 / 0.25;
  squared[10] = 4.99 / 0.25;
  const found = secondLooks({ ...others, squared }, { ...rows, witnesses: 3 });
  assert.deepEqual(found, [{ patch: 7, row: 0 }]);
});
