import assert from 'node:assert/strict';
import test from 'node:test';
import { type InputImages, picturePaths } from '../../src/cli/map-paths.js';

const folder = (argument: string, ...files: string[]): InputImages => ({
  argument,
  images: files.map((file) => ({ path: `${argument}/${file}`, file })),
});
const single = (path: string): InputImages => ({ argument: path, images: [{ path, file: path.split('/').at(-1)! }] });

test('pictures mirror the folders of their images', () => {
  const names = picturePaths([folder('in', 'a/b_c.png', 'a_b/c.png', 'd.jpg')]);
  assert.deepEqual(Object.fromEntries(names), {
    'in/a/b_c.png': 'a/b_c.png',
    'in/a_b/c.png': 'a_b/c.png',
    'in/d.jpg': 'd.png',
  });
});

test('several folders keep apart, single images lie at the top', () => {
  const names = picturePaths([folder('x/one', 'a.png'), folder('x/two', 'a.png'), single('y/b.png')]);
  assert.deepEqual([...names.values()], ['one/a.png', 'two/a.png', 'b.png']);
});

test('no two pictures share a name', () => {
  const names = picturePaths([folder('in', 'a.png', 'a.jpg'), single('p/b.png'), single('q/b.png'), single('p/b.png')]);
  assert.deepEqual([...names.values()], ['in/a.png.png', 'in/a.jpg.png', 'b.png.png', 'b.png-2.png']);
});
