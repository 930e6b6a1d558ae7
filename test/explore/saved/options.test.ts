import assert from 'node:assert/strict';
import test from 'node:test';
import { evaluateConfig } from '../../../src/experiment/config.js';
import { featureOptions } from '../../../src/explore/saved/options.js';

test('featureOptions says what is not usual, and nothing else', () => {
  const weights = { kind: 'file', path: 'data/weights/resnet18.safetensors' } as const;
  const usual = evaluateConfig({ method: 'softpatch-lof', features: { weights } });
  assert.deepEqual(featureOptions(usual), ['--weights', 'data/weights/resnet18.safetensors']);
  const own = evaluateConfig({
    method: 'softpatch-lof',
    features: {
      ...{ backbone: 'resnet50', layers: ['layer2'], weights: { kind: 'random', seed: 0 } },
      preprocessing: { resize: 96, crop: 96, square: true },
    },
    ...{ contamination: { noise: 0.1, overlap: true }, maskMode: 'half', seed: 7 },
  });
  assert.equal(
    featureOptions(own).join(' '),
    '--backbone resnet50 --layers layer2 --weights random --resize 96 --frame squeeze --mask-mode half --seed 7 --overlap',
  );
});
