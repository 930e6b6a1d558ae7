import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { keepMaps } from '../../src/cli/evaluate-maps.js';
import { writeDrawnCategory } from '../../src/dataset/drawn/write.js';
import { openCategory } from '../../src/dataset/layouts.js';
import { evaluateConfig } from '../../src/experiment/config.js';
import { encodePng } from '../../src/image/codec.js';
import { below, temporaryFolder } from '../temporary.js';

test('an evaluation’s test images become pictures in their folders, verdicts by the largest F1', async (t) => {
  const folder = await temporaryFolder(t);
  await writeDrawnCategory(folder, 'bolt', { seed: 1, train: 1, good: 2, defective: 1 }, encodePng);
  const category = await openCategory(join(folder, 'bolt'));
  const preprocessing = { resize: 64, crop: 64 };
  const config = evaluateConfig({
    method: 'patchcore',
    features: { weights: { kind: 'random', seed: 0 }, preprocessing },
  });
  const keeper = keepMaps(join(folder, 'maps'), category, config);
  for (const [i, sample] of category.test.entries()) {
    await keeper.onImage!(sample, sample.label === 1 ? 10 + i : 1 + i / 10, new Float32Array(64 * 64));
  }
  const good = category.test.flatMap(({ label }, i) => (label === 0 ? [1 + i / 10] : []));
  assert.equal(await keeper.write(), Math.max(...good));
  const pictures = (await below(join(folder, 'maps'))).filter((name) => name.endsWith('.png'));
  assert.deepEqual(pictures, category.test.map(({ name }) => name).sort());
});
