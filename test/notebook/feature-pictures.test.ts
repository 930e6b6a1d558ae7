import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { decodeRgb } from '../../src/image/codec.js';
import { startThreads } from '../../src/kernels/threads.js';
import { featurePictures, patchDistances } from '../../src/notebook/feature-pictures.js';

test('patchDistances is Euclidean, patch by patch', () => {
  const rows = Float32Array.of(3, 4, 0, 1);
  assert.deepEqual(patchDistances(rows, Float32Array.of(0, 0, 0, 1), 2), Float32Array.of(5, 0));
});

test('featurePictures give like patches like colours, each patch a square of one colour', async () => {
  const threads = startThreads(1);
  const folder = await mkdtemp(join(tmpdir(), 'softpatch-colours-'));
  try {
    const [grid, dimensions] = [4, 8];
    // Two images; left halves are one kind of patch, right halves another, tilted a little so that three axes exist.
    const rows = Float32Array.from({ length: 2 * grid * grid * dimensions }, (_, at) => {
      const patch = Math.floor(at / dimensions);
      const kind = patch % grid < 2 ? 0 : 10;
      return at % dimensions === 0 ? kind : (((patch * 7 + (at % dimensions) * 3) % 5) - 2) * 0.01;
    });
    const pictures = await featurePictures(threads, rows, dimensions, grid);
    assert.equal(pictures.length, 2);
    const path = join(folder, 'a.png');
    await writeFile(path, pictures[1]);
    const { width, height, data } = await decodeRgb(path);
    assert.deepEqual([width, height], [32, 32]);
    const red = (x: number, y: number): number => data[(y * width + x) * 3];
    assert.equal(red(0, 0), red(7, 7), 'one patch, one colour');
    assert.ok(Math.abs(red(0, 0) - red(0, 31)) < 10, 'like patches');
    assert.ok(Math.abs(red(0, 0) - red(31, 0)) > 240, 'unlike patches');
  } finally {
    await threads.close();
    await rm(folder, { recursive: true, force: true });
  }
});
