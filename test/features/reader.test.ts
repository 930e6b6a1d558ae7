import assert from 'node:assert/strict';
import test from 'node:test';
import type { FarRows } from '../../src/engine/rows.js';
import type { Compute, Stage } from '../../src/engine/stage.js';
import type { Extraction, ExtractionJob } from '../../src/features/extract.js';
import { featureReader } from '../../src/features/reader.js';
import type { FeatureSpec } from '../../src/features/spec.js';
import { noCache } from '../../src/storage/cache.js';

const SPEC: FeatureSpec = {
  backbone: 'resnet18',
  layers: ['layer2'],
  weights: { kind: 'random', seed: 1 },
  preprocessing: { resize: 8, crop: 8, filter: 'bilinear' },
};

test('patches stay where they were computed until they are released, and are then read again', async () => {
  let [reads, home, freed] = [0, 0, 0];
  const far = (): FarRows => ({
    count: 2,
    d: 1024,
    async here() {
      home++;
      return new Float32Array(2048).fill(reads);
    },
    gather: async () => far(),
    free: () => void freed++,
  });
  const run = async (_stage: Stage<ExtractionJob, Extraction>, { mayStay }: ExtractionJob): Promise<Extraction> => {
    reads++;
    const rows = mayStay ? far() : new Float32Array(2048);
    return { rows, positions: 1, sizes: [], seconds: { decode: 0, forward: 0, embed: 0 }, library: 'x', cmyk: [] };
  };
  const compute = { engine: 'webgpu', run } as unknown as Compute;
  const reader = await featureReader({ compute, cache: noCache() }, SPEC);
  const patches = await reader.patches([{ path: 'a' }, { path: 'b' }]);
  const first = await patches.stay();
  assert.equal(await patches.stay(), first);
  assert.deepEqual([reads, home, freed], [1, 0, 0]);
  assert.equal((await patches.rows())[0], 1);
  assert.deepEqual([reads, home], [1, 1]);
  reader.release();
  await Promise.resolve();
  assert.equal(freed, 1);
  assert.notEqual(await patches.stay(), first);
  assert.equal(reads, 2);
});
