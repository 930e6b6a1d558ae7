import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { writeDrawnCategory } from '../../src/dataset/drawn/write.js';
import { openCategory } from '../../src/dataset/layouts.js';
import type { Fitted } from '../../src/detector/system.js';
import { evaluateConfig } from '../../src/experiment/config.js';
import { measure } from '../../src/experiment/measure.js';
import { outsideNotes } from '../../src/experiment/outside-notes.js';
import { encodePng } from '../../src/image/codec.js';
import { startThreads } from '../../src/kernels/threads.js';
import { temporaryFolder } from '../temporary.js';

test('what a crop cuts of the masks is measured and said; a crop of everything says nothing', async (t) => {
  const folder = await temporaryFolder(t);
  const threads = startThreads(1);
  t.after(() => threads.close());
  await writeDrawnCategory(folder, 'bolt', { seed: 1, train: 1, good: 1, defective: 2 }, encodePng);
  const { test: samples } = await openCategory(join(folder, 'bolt'));
  const fitted = {
    async *score(images: readonly unknown[]) {
      for (const [i] of images.entries()) yield { score: i, map: new Float32Array(crop * crop) };
    },
  } as unknown as Fitted;
  let crop = 24;
  const notes = async (): Promise<string[]> => {
    const preprocessing = { resize: 256, crop };
    const config = evaluateConfig({
      method: 'patchcore',
      features: { weights: { kind: 'random', seed: 0 }, preprocessing },
    });
    const { outside } = await measure(fitted, samples, config, { masked: true, threads });
    return outsideNotes(outside, config);
  };
  const [line] = await notes();
  assert.match(
    line,
    /the crop of 24 px cuts the masks of \d test images \(\d wholly; test\/\w+\/\d+\.png by \d+ %\); --frame squeeze or pad/,
  );
  crop = 256;
  assert.deepEqual(await notes(), []);
});
