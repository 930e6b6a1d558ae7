import assert from 'node:assert/strict';
import test from 'node:test';
import { InputError } from '../../src/errors.js';
import { checkMemory, memoryHere, trainingBytes } from '../../src/experiment/memory.js';
import type { FeatureSpec } from '../../src/features/spec.js';
import { sharedFloats } from '../../src/kernels/arena.js';

const GB = 2 ** 30;
const at = (crop: number): FeatureSpec => ({
  backbone: 'resnet18',
  layers: ['layer2', 'layer3'],
  weights: { kind: 'random', seed: 0 },
  preprocessing: { resize: crop, crop, filter: 'bilinear' },
});
const check = (images: number, crop: number, total: number, free = total): string[] => {
  const notes: string[] = [];
  checkMemory(at(crop), images, { note: (text) => void notes.push(text) }, { total: total * GB, free: free * GB });
  return notes;
};

test('fitting takes 784 rows of 1024 numbers an image at 224 px, and their projections', () => {
  assert.equal(trainingBytes(at(224), 10), 10 * 784 * 4 * (1024 + 2 * 128));
});

test('what one array cannot hold is refused whatever memory there is: from 5,350 images at 224 px, 1,338 at 448', () => {
  assert.deepEqual(check(5349, 224, 1000), []);
  assert.throws(
    () => check(5350, 224, 1000),
    /5350 images of 224 px needs 20\.0 GB .* one array, which holds 5349 such.*Give 5349 images or fewer/,
  );
  assert.throws(() => check(1338, 448, 1000), InputError);
});

test('more than the machine has is refused, more than is free is said', () => {
  assert.throws(
    () => check(2000, 224, 4),
    /needs 7\.5 GB of memory, there are 4\.0 GB\. Give 1069 images or fewer, or smaller ones \(--resize below 224\)/,
  );
  assert.match(check(1000, 224, 8, 2)[0], /needs 3\.7 GB of memory, 2\.0 GB of 8\.0 GB are free/);
  assert.deepEqual(check(1000, 224, 8, 6), []);
});

test('this machine has memory', () => {
  const { total, free } = memoryHere();
  assert.ok(free > 0 && free <= total);
});

test('an array there is no room for is no RangeError', () => {
  assert.throws(() => sharedFloats(2 ** 50), /no room for an array of 4194304\.0 GB/);
});
