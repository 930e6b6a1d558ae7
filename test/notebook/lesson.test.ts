import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { type Lesson, openLesson, projectFolder } from '../../src/notebook/lesson.js';

let folder: string;
let lesson: Lesson;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'softpatch-lesson-'));
  process.env.SOFTPATCH_LESSON = folder;
  lesson = await openLesson({ size: 32, weights: 'random' });
});
after(async () => {
  delete process.env.SOFTPATCH_LESSON;
  await lesson.close();
  await rm(folder, { recursive: true, force: true });
});

test('openLesson draws its set once and contaminates it with a seeded draw', async () => {
  assert.equal(lesson.drawn, true);
  assert.equal(lesson.noisy.train.length, 24 + Math.trunc(0.15 * 24));
  const again = await openLesson({ size: 32, weights: 'random' });
  try {
    assert.deepEqual(again.noisy.manifest, lesson.noisy.manifest);
  } finally {
    await again.close();
  }
});

test('fit looks inside a bank; defects are one flag a training patch, ones in noise images only', async () => {
  const config = lesson.config({ method: 'softpatch-lof', settings: { ratio: 0.5 } });
  const { bank, trace } = await lesson.fit(config);
  const defects = await lesson.defects(config);
  assert.equal(trace!.patchWeights!.length, defects.length);
  assert.ok(bank.picks.length > 0);
  const positions = defects.length / lesson.noisy.train.length;
  const images = new Set([...defects.keys()].filter((i) => defects[i] === 1).map((i) => Math.floor(i / positions)));
  assert.ok(images.size > 0);
  for (const image of images) assert.equal(lesson.noisy.train[image].noise, true);
});

test('fit refuses what has no memory bank, and a filter it would not apply', async () => {
  await assert.rejects(lesson.fit(lesson.config({ method: 'padim-star' })), /padim-star has no memory bank/);
  const filtered = lesson.config({ method: 'patchcore' }, { method: 'padim-star', budget: 0.1 });
  await assert.rejects(lesson.fit(filtered), /knows no image-level denoising/);
});

test('a lesson runs on the engine it names, and says so', async () => {
  const own = await openLesson({ size: 32, weights: 'random', engine: 'wasm' });
  try {
    // Values of another engine would be found in the cache, were they not remembered apart.
    const { versions } = await own.evaluate(own.config({ method: 'patchcore', settings: { ratio: 0.5 } }));
    assert.equal(versions.engine, 'wasm');
    assert.match(versions.library, /^tfjs .* \(wasm\)$/);
  } finally {
    await own.close();
  }
});

test('two notebooks opened at once have the same drawn set', async () => {
  const lessons = await Promise.all([1, 2].map(() => openLesson({ category: 'weave', size: 32, weights: 'random' })));
  const [first, second] = lessons.map(({ noisy }) => noisy.train.map(({ path }) => path));
  assert.deepEqual(first, second);
  for (const own of lessons) await own.close();
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.endsWith('.tmp')),
    [],
  );
});

test('projectFolder is the nearest folder that holds data, else where one is', async () => {
  const project = join(folder, 'project');
  await mkdir(join(project, 'data'), { recursive: true });
  await mkdir(join(project, 'notebooks/deep'), { recursive: true });
  assert.equal(projectFolder(join(project, 'notebooks/deep')), project);
  assert.equal(projectFolder(join(tmpdir(), 'nowhere-at-all')), join(tmpdir(), 'nowhere-at-all'));
});
