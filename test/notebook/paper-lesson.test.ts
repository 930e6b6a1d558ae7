import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import type { Lesson } from '../../src/notebook/lesson.js';
import { paperSetting } from '../../src/notebook/paper-lesson.js';
import { temporaryFolder } from '../temporary.js';

type Part = Pick<Lesson, 'data' | 'drawn' | 'features'>;
const settingOf = (lesson: Part, quick = {}): ReturnType<typeof paperSetting> => paperSetting(lesson as Lesson, quick);

test('paperSetting is quick on the drawn set', () => {
  const weights = { kind: 'random', seed: 0 } as const;
  const setting = settingOf({ data: 'd', drawn: true, features: { weights } }, { size: 96, ratio: 0.2 });
  assert.deepEqual([setting.preprocessing, setting.ratio], [{ resize: 96, crop: 96 }, 0.2]);
  assert.deepEqual(setting.switches, { cflow: { blocks: 1, epochs: 1, fibre: 64 } });
});

test('paperSetting is the paper’s on real data, whatever the quick look says; a chosen size stays', () => {
  const weights = { kind: 'random', seed: 0 } as const;
  const features = { weights, preprocessing: { resize: 256 } };
  const setting = settingOf({ data: 'd', drawn: false, features }, { size: 96, ratio: 0.2 });
  assert.deepEqual([setting.preprocessing, setting.ratio, setting.switches], [undefined, 0.1, undefined]);
  const small = settingOf({ data: 'd', drawn: false, features: { weights, preprocessing: { resize: 64, crop: 64 } } });
  assert.deepEqual(small.preprocessing, { resize: 64, crop: 64 });
});

test('PaDiM* takes ResNet18’s weights from beside a wider backbone’s, never the wider ones', async (t) => {
  const folder = await temporaryFolder(t);
  const weights = { kind: 'file', path: join(folder, 'wide_resnet50_2.safetensors') } as const;
  const lesson: Part = { data: 'd', drawn: false, features: { backbone: 'wide_resnet50_2', weights } };
  assert.deepEqual(settingOf(lesson).starWeights, { kind: 'random', seed: 0 });
  await writeFile(join(folder, 'resnet18.safetensors'), '');
  assert.deepEqual(settingOf(lesson).starWeights, { kind: 'file', path: join(folder, 'resnet18.safetensors') });
});
