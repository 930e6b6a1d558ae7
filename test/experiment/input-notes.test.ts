import assert from 'node:assert/strict';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import sharp from 'sharp';
import { writeDrawnCategory } from '../../src/dataset/drawn/write.js';
import { openCategory } from '../../src/dataset/layouts.js';
import { evaluateConfig } from '../../src/experiment/config.js';
import { evaluate } from '../../src/experiment/evaluate.js';
import { openLab } from '../../src/experiment/lab.js';
import { encodePng } from '../../src/image/codec.js';
import { temporaryFolder } from '../temporary.js';

test('an evaluation says what it left out, converted from CMYK, and doubts of masks', async (t) => {
  const root = await temporaryFolder(t);
  await writeDrawnCategory(root, 'bolt', { seed: 3, train: 4, good: 1, defective: 1 }, encodePng);
  const bolt = join(root, 'bolt');
  await writeFile(join(bolt, 'train/good/readme.txt'), '');
  await mkdir(join(bolt, 'train/good/line 2'));
  await rename(join(bolt, 'train/good/000.png'), join(bolt, 'train/good/line 2/000.png'));
  const cmyk = await sharp(join(bolt, 'train/good/001.png')).toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer();
  await writeFile(join(bolt, 'train/good/004.jpg'), cmyk);
  const mask = join(bolt, 'ground_truth/rust/000_mask.png');
  const lossy = await sharp(mask).jpeg({ quality: 60 }).toBuffer();
  await writeFile(mask, lossy);
  const notes: string[] = [];
  const reporter = { stage: () => () => undefined, note: (text: string) => void notes.push(text) };
  const lab = await openLab({ threads: 2, engine: 'wasm', reporter });
  t.after(() => lab.close());
  const config = evaluateConfig({
    method: 'patchcore',
    features: {
      backbone: 'resnet18',
      layers: ['layer1', 'layer2'],
      weights: { kind: 'random', seed: 0 },
      preprocessing: { resize: 64, crop: 64, filter: 'bilinear' },
    },
    contamination: { noise: 0, overlap: true },
    settings: { ratio: 0.1 },
  });
  const category = await openCategory(root, 'bolt');
  assert.ok(category.train.some(({ name }) => name === 'train/good/line 2/000.png'));
  const result = await evaluate(lab, category, config);
  assert.ok(notes.includes('left out: 1 .txt (no image)'), notes.join('\n'));
  const converted = `image ${join(bolt, 'train/good/004.jpg')} is CMYK, which is converted without its profile`;
  assert.ok(notes.includes(converted), notes.join('\n'));
  assert.deepEqual(result.notes, [`mask ${mask} is lossy; it is cut at half of its largest value`]);
});
