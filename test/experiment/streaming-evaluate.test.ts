import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { writeDrawnCategory } from '../../src/dataset/drawn/write.js';
import { openCategory } from '../../src/dataset/layouts.js';
import { evaluateConfig } from '../../src/experiment/config.js';
import { evaluate } from '../../src/experiment/evaluate.js';
import { fitDetector } from '../../src/experiment/fit.js';
import { openLab } from '../../src/experiment/lab.js';
import { encodePng } from '../../src/image/codec.js';
import { temporaryFolder } from '../temporary.js';

test('a fit whose features lie on disk gives the bytes of one in memory: bank, weights, scores, decision threshold', async (t) => {
  const root = await temporaryFolder(t);
  await writeDrawnCategory(root, 'bolt', { seed: 3, train: 10, good: 4, defective: 2, side: 64 }, encodePng);
  const category = await openCategory(root, 'bolt');
  const features = { weights: { kind: 'random', seed: 0 }, preprocessing: { resize: 64, crop: 64 } } as const;
  // 64 patches an image: 0.26 MB of features; what is laid out for the selection comes to 1.5 MB.
  for (const settings of [
    { ratio: 0.1 },
    { ratio: 0.2, sampler: 'exact', precision: 'half', neighbours: 2 },
  ] as const) {
    const config = evaluateConfig({
      method: 'softpatch-lof',
      settings,
      features,
      contamination: { noise: 0.2, overlap: true },
    });
    const results = [];
    for (const [memory, cache] of [
      [undefined, null],
      [2.9e6, null],
      [2.9e6, join(root, 'cache')],
    ] as const) {
      const notes: string[] = [];
      const lab = await openLab({
        engine: 'wasm',
        threads: 2,
        memory,
        cache,
        reporter: { stage: () => () => undefined, note: (text) => void notes.push(text) },
      });
      try {
        const evaluated = await evaluate(lab, category, config);
        const detector = await fitDetector(
          lab,
          'bolt',
          category.train.map((sample) => ({ ...sample, noise: false, augmentation: null })),
          config,
        );
        assert.equal(
          notes.some((note) => /features on disk: about .*, [1-6] images at a time/.test(note)),
          memory !== undefined,
          notes.join('\n'),
        );
        const time = /it takes (about .* minutes: features of|less than a minute)/;
        assert.equal(
          notes.some((note) => time.test(note)),
          memory !== undefined,
        );
        const { image, pixel, diagnostics, images } = evaluated;
        results.push({
          image,
          pixel,
          diagnostics,
          images,
          tensors: detector.tensors,
          threshold: detector.decisionThreshold,
          scores: detector.calibration.scores,
        });
      } finally {
        await lab.close();
      }
    }
    assert.deepEqual(results[1], results[0]);
    assert.deepEqual(results[2], results[0]);
  }
  assert.deepEqual(
    (await readdir(tmpdir())).filter((name) => name.startsWith('softpatch-scratch-')),
    [],
  );
});
