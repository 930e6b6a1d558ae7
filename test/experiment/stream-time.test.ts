import assert from 'node:assert/strict';
import test from 'node:test';
import type { ProjectionJob } from '../../src/denoise/projection.js';
import type { Stage } from '../../src/engine/stage.js';
import type { Lab } from '../../src/experiment/lab.js';
import { foreseenSeconds, timeText } from '../../src/experiment/stream-time.js';
import type { FeatureReader } from '../../src/features/reader.js';
import type { ImageRequest } from '../../src/features/spec.js';

const spec = {
  backbone: 'resnet18',
  layers: ['layer2', 'layer3'],
  weights: { kind: 'random', seed: 0 },
  preprocessing: { resize: 64, crop: 64, filter: 'bilinear' },
} as const;

test('a fit is foreseen from a few images, whose features are kept; nothing stored is computed', async () => {
  const reads: string[][] = [];
  const reader = {
    spec,
    async read(images: readonly ImageRequest[], _watch: unknown, keep = true) {
      assert.ok(keep);
      reads.push(images.map(({ path }) => path));
      return new Float32Array(images.length * 64 * 1024);
    },
  } as unknown as FeatureReader;
  const run = async (_stage: Stage<ProjectionJob, Float32Array>, { rows }: ProjectionJob): Promise<Float32Array> =>
    new Float32Array(((rows as Float32Array).length / 1024) * 128);
  const lab = { compute: { run }, threads: { count: 2 } } as unknown as Lab;
  const images = Array.from({ length: 20 }, (_, i) => ({ path: `${i}` }));
  const plan = { passes: 3, products: 1e12, atATime: 3, bytes: 0, stored: 0 };
  const missing = images.slice(10);
  const { features, reading, fit } = await foreseenSeconds(lab, reader, images, missing, plan);
  assert.deepEqual(reads, [
    ['10', '11', '12'],
    ['13', '14', '15'],
    ['10', '11', '12'],
  ]);
  assert.ok(features > 0 && reading > 0 && fit > 0);
  const stored = await foreseenSeconds(lab, reader, images, [], plan);
  assert.equal(stored.features, 0);
  assert.deepEqual(reads.at(-1), ['0', '1', '2']);
});

test('seconds are told in minutes, by their parts', () => {
  assert.equal(
    timeText({ features: 1080, reading: 120, fit: 300 }),
    'it takes about 25 minutes: features of images that are not stored yet 18, reading them from disk 2.0, fitting 5.0',
  );
  assert.equal(timeText({ features: 10, reading: 20, fit: 29 }), 'it takes less than a minute');
});
