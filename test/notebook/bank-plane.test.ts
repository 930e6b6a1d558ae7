import assert from 'node:assert/strict';
import test from 'node:test';
import type { FittedBank } from '../../src/detector/bank-system.js';
import { startThreads } from '../../src/kernels/threads.js';
import { bankPlane } from '../../src/notebook/bank-plane.js';
import type { Lesson } from '../../src/notebook/lesson.js';
import { createRandom } from '../../src/random.js';

test('bankPlane gives every row a place, its weight, its image and where it comes from', async () => {
  const random = createRandom(1);
  const D = 16;
  // Two images of ten patches; rows of the second lie far off.
  const picks = Int32Array.of(0, 3, 7, 9, 12, 15, 19);
  const rows = Float32Array.from({ length: picks.length * D }, (_, i) => random.normal() + (i >= 4 * D ? 50 : 0));
  const weights = Float32Array.from({ length: 20 }, (_, i) => i / 10);
  const defects = new Uint8Array(20).fill(1, 15, 16);
  const train = [
    { name: 'train/good/000.png', noise: false },
    { name: 'test/chip/001.png', noise: true },
  ];
  const threads = startThreads(1);
  const lesson = { threads, noisy: { train } } as unknown as Lesson;
  const fitted = { bank: { load: async () => ({ rows, picks, weights: null }) } } as unknown as FittedBank;
  const points = await bankPlane(lesson, fitted, weights, defects);
  await threads.close();
  assert.deepEqual(
    points.map(({ weight }) => weight),
    Array.from(picks, (patch) => weights[patch]),
  );
  const [nominal, noise, defect] = ['nominal image', 'noise image', 'defect patch'];
  assert.deepEqual(
    points.map(({ from }) => from),
    [nominal, nominal, nominal, nominal, noise, defect, noise],
  );
  assert.deepEqual([points[0].image, points[6].image], [train[0].name, train[1].name]);
  assert.ok(points.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y)));
  const centre = (own: typeof points): number => own.reduce((sum, { x }) => sum + x, 0) / own.length;
  assert.ok(Math.abs(centre(points.slice(0, 4)) - centre(points.slice(4))) > 0.1, 'the two groups lie apart');
});
