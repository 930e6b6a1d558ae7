import assert from 'node:assert/strict';
import test from 'node:test';
import { findSystem } from '../../src/detector/systems.js';
import { InputError } from '../../src/errors.js';
import { checkMemory, memoryHere, planMemory, type StreamPlan, trainingBytes } from '../../src/experiment/memory.js';
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

const plan = (
  images: number,
  free: number,
  limit?: number,
  ratio = 0.01,
): { plan: StreamPlan | null; notes: string[] } => {
  const notes: string[] = [];
  const system = findSystem('softpatch-lof');
  const settings = system.settings('paper', { ratio });
  const reporter = { note: (text: string) => void notes.push(text) };
  const memory = { total: free * GB, free: free * GB };
  return {
    plan: planMemory(at(512), images, system, settings, reporter, { limit: limit && limit * GB, memory }),
    notes,
  };
};

test('features stay in memory where three quarters of what is free, or the limit, takes them', () => {
  // 100 images at 512 px: 1.6 GB of features, 0.4 GB of projections.
  assert.deepEqual(plan(100, 3), { plan: null, notes: [] });
  assert.deepEqual(plan(100, 1, 2), { plan: null, notes: [] });
  assert.ok(plan(100, 2).plan);
  assert.ok(plan(100, 100, 1).plan);
  // More than one array holds, whatever memory there is.
  assert.ok(plan(1100, 1000).plan);
});

test('a plan says its memory, disk and block; 4.1 million patches at ρ = 0.01 take less than 6 GB', () => {
  const { plan: streamed, notes } = plan(1000, 23, 6);
  assert.equal(streamed!.atATime, 32);
  assert.equal(streamed!.stored, 1000 * 4096 * 1024 * 4);
  assert.equal(streamed!.passes, 3);
  assert.ok(streamed!.bytes > 1000 * 4096 * (512 + 48) && streamed!.bytes < 6 * GB, `${streamed!.bytes / GB} GB`);
  assert.match(
    notes[0],
    /^fitting on 1000 images of 512 px with features on disk: about \d\.\d GB of memory .* \(all at once: 19\.5 GB\), 15\.6 GB on disk/,
  );
  // Two blocks of what is left.
  const small = plan(250, 23, 1).plan!;
  assert.ok(small.atATime >= 1 && small.atATime < 32 && small.bytes <= GB, `${small.atATime}`);
});

test('where not even a block fits, and for methods that do not stream, the limit is an error', () => {
  assert.throws(
    () => plan(1000, 23, 2),
    /needs \d\.\d GB of memory even with features on disk, 2\.0 GB may be used\. Raise --memory, lower --ratio/,
  );
  assert.throws(() => plan(1000, 2), /1\.5 GB may be used\. Free some memory or allow more with --memory/);
  const padim = findSystem('padim');
  const settings = padim.settings('original', {});
  const quiet = { note: () => undefined };
  assert.throws(
    () => planMemory(at(512), 100, padim, settings, quiet, { limit: GB }),
    /needs 2\.0 GB: padim takes all features into memory\. Raise --memory/,
  );
});

test('this machine has memory', () => {
  const { total, free } = memoryHere();
  assert.ok(free > 0 && free <= total);
});

test('an array there is no room for is no RangeError', () => {
  assert.throws(() => sharedFloats(2 ** 50), /no room for an array of 4194304\.0 GB/);
});
