import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { createPreview } from '../../../src/analysis/preview.js';
import { writeDrawnCategory } from '../../../src/dataset/drawn/write.js';
import { openCategory } from '../../../src/dataset/layouts.js';
import { evaluate } from '../../../src/experiment/evaluate.js';
import { type Lab, openLab } from '../../../src/experiment/lab.js';
import { openBases } from '../../../src/explore/base/bases.js';
import { coresetMap, findMap } from '../../../src/explore/base/coreset-map.js';
import { type Subject, stopConfig } from '../../../src/explore/base/subject.js';
import { openExacts } from '../../../src/explore/server/exact.js';
import { answer } from '../../../src/explore/view/answer.js';
import { CURVE_AT } from '../../../src/explore/view/exact.js';
import type { Stop } from '../../../src/explore/view/stop.js';
import { encodePng } from '../../../src/image/codec.js';

let root: string;
let lab: Lab;
let subject: Subject;

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'softpatch-explore-'));
  await writeDrawnCategory(root, 'bracket', { seed: 2, train: 16, good: 6, defective: 3 }, encodePng);
  lab = await openLab({ threads: 2, cache: join(root, 'cache') });
  subject = {
    category: await openCategory(root, 'bracket'),
    features: {
      backbone: 'resnet18',
      layers: ['layer2', 'layer3'],
      weights: { kind: 'random', seed: 0 },
      preprocessing: { resize: 72, crop: 64 },
    },
    profile: 'paper',
    overlap: true,
    seed: 0,
    maskMode: 'nearest',
  };
});
after(async () => {
  await lab.close();
  await rm(root, { recursive: true, force: true });
});

const LOF: Stop = { judge: 'lof', k: 6, ratio: 0.1, noise: 0.25 };

for (const stop of [LOF, { ...LOF, judge: 'gaussian', k: 0, noise: 0 }] satisfies Stop[]) {
  test(`the browser answers every τ as the library's preview does: ${stop.judge}`, async () => {
    const base = await openBases(lab, subject).prepare(lab, stop);
    const preview = await createPreview(lab, subject.category, stopConfig(subject, stop));
    for (const tau of [0, 0.01, 0.1, 0.15, 0.27, 0.4, 0.5]) {
      const found = answer(base, tau);
      const { image, pixel, diagnostics } = preview.at(tau);
      assert.equal(found.image.auroc, image.auroc, `τ = ${tau}`);
      assert.ok(Math.abs(found.pixel.auroc! - pixel.auroc!) < 1e-5, `τ = ${tau}: ${found.pixel.auroc}, ${pixel.auroc}`);
      assert.equal(found.cut.count, diagnostics.patchesRemoved);
    }
  });
}

test('at the configured τ the images are scored exactly as evaluate scores them', async () => {
  const base = await openBases(lab, subject).prepare(lab, { ...LOF, ratio: 0.9 });
  const { images } = await evaluate(lab, subject.category, stopConfig(subject, { ...LOF, ratio: 0.9 }, 0.15));
  const { images: scores } = answer(base, 0.15);
  images.forEach(({ name, score }, i) => {
    assert.equal(base.test[i].name, name);
    assert.ok(Math.abs(scores[i] - score) <= 1e-6 * score, `${name}: ${scores[i]}, ${score}`);
  });
});

test('the cleaning method is answered at every level as evaluate answers it', async () => {
  const stop: Stop = { judge: 'witness', k: 0, ratio: 0.1, noise: 0.25 };
  const base = await openBases(lab, subject).prepare(lab, stop);
  for (const level of [0, 1, 2.5]) {
    const { images, pixel, decision } = await evaluate(lab, subject.category, stopConfig(subject, stop, level));
    const found = answer(base, level);
    assert.equal(found.cut.count, decision!.doubtedPatches);
    images.forEach(({ name, score }, i) => {
      assert.ok(Math.abs(found.images[i] - score) <= 1e-5 * score, `${level} ${name}: ${found.images[i]}, ${score}`);
    });
    assert.ok(Math.abs(found.pixel.auroc! - pixel.auroc!) < 0.03);
  }
});

test('a base is remembered: another server finds it without computing', async () => {
  const first = openBases(lab, subject);
  const stop = { ...LOF, k: 3 };
  assert.ok(!(await first.ready(stop)));
  assert.equal(await first.find(stop), null);
  const base = await first.prepare(lab, stop);
  const second = openBases(lab, subject);
  assert.ok(await second.ready(stop));
  assert.deepEqual(await second.find(stop), base);
  assert.ok(!(await second.ready({ ...stop, k: 4 })));
});

test('exact results are those of evaluate and sweep, and remembered', async () => {
  const bases = openBases(lab, subject);
  const exacts = openExacts(lab, bases);
  await exacts.point(lab, LOF, 0.2);
  await exacts.curve(lab, LOF);
  const { curve, points } = await openExacts(lab, openBases(lab, subject)).of(LOF);
  const { image, images } = await evaluate(lab, subject.category, stopConfig(subject, LOF, 0.2));
  assert.deepEqual(
    curve.map(({ chosen }) => chosen),
    CURVE_AT.tau,
  );
  assert.equal(points.length, 1);
  assert.equal(points[0].image, image.auroc);
  assert.deepEqual(
    points[0].scores,
    images.map(({ score }) => score),
  );
  assert.equal(curve.find(({ chosen }) => chosen === 0.2)!.image, image.auroc);
});

test('the coreset is laid out from rows of the bank, and remembered', async () => {
  const bases = openBases(lab, subject);
  const base = await bases.prepare(lab, LOF);
  assert.equal(await findMap(lab, bases, base), null);
  const map = await coresetMap(lab, bases, base);
  assert.ok(map.patches.every((patch) => base.picks.includes(patch)));
  assert.equal(map.plane.length, 2 * map.patches.length);
  assert.ok(map.plane.every(Number.isFinite));
  assert.deepEqual(await findMap(lab, bases, base), map);
});
