import assert from 'node:assert/strict';
import test from 'node:test';
import type { Category, Sample } from '../../src/dataset/category.js';
import { MVTEC_COUNTS } from '../../src/dataset/mvtec-counts.js';
import { injectNoise, type NoiseOptions } from '../../src/dataset/noise.js';
import { createRandom } from '../../src/random.js';

/** A category that exists only as a list. */
function listed(name: string): Category {
  const [train, good, anomalous] = MVTEC_COUNTS[name];
  const sample =
    (part: string, type: string, label: 0 | 1) =>
    (_: unknown, i: number): Sample => {
      const path = `${part}/${type}/${i}.png`;
      return { path: `/${name}/${path}`, name: path, label, type, mask: null };
    };
  return {
    name,
    root: `/${name}`,
    train: Array.from({ length: train }, sample('train', 'good', 0)),
    test: [
      ...Array.from({ length: anomalous }, sample('test', 'bad', 1)),
      ...Array.from({ length: good }, sample('test', 'good', 0)),
    ],
    masked: false,
    leftOut: [],
  };
}

/** n at r = .1 and .15 from docs/methods.md 1.1. */
const PUBLISHED: Record<string, [number, number]> = {
  bottle: [20, 31],
  cable: [22, 33],
  capsule: [21, 32],
  carpet: [28, 42],
  grid: [26, 39],
  hazelnut: [39, 58],
  leather: [24, 36],
  metal_nut: [22, 33],
  pill: [26, 40],
  screw: [32, 48],
  tile: [23, 34],
  toothbrush: [6, 9],
  transistor: [21, 31],
  wood: [24, 37],
  zipper: [24, 36],
};

test('injectNoise draws trunc(r · nominal) images, as published for every category', () => {
  for (const [name, [tenth, more]] of Object.entries(PUBLISHED)) {
    const category = listed(name);
    for (const [r, count] of [
      [0, 0],
      [0.1, tenth],
      [0.15, more],
    ] as const) {
      const { train, test: left, manifest } = injectNoise(category, { noise: r, overlap: false }, createRandom(1));
      assert.equal(train.length, category.train.length + count);
      assert.equal(left.length, category.test.length - count);
      assert.equal(new Set(manifest.images).size, count);
      assert.ok(
        train.slice(0, category.train.length).every(({ noise }) => !noise),
        'nominal images first',
      );
      assert.ok(train.slice(category.train.length).every(({ noise, label }) => noise && label === 1));
      assert.ok(!left.some((sample) => manifest.images.includes(sample.name)), 'drawn images left the test set');
    }
  }
});

test('injectNoise with overlap leaves the test set whole; the same seed draws the same, r = 0 is the clean run', () => {
  const category = listed('screw');
  const draw = (seed: number): string[] =>
    injectNoise(category, { noise: 0.1, overlap: true }, createRandom(seed)).manifest.images;
  assert.deepEqual(injectNoise(category, { noise: 0.1, overlap: true }, createRandom(1)).test, category.test);
  assert.deepEqual(draw(1), draw(1));
  assert.notDeepEqual(draw(1), draw(2));
  const clean = injectNoise(category, { noise: 0, overlap: false }, createRandom(1));
  assert.deepEqual(
    clean.train.map(({ name }) => name),
    category.train.map(({ name }) => name),
  );
});

test('a manifest replaces the draw and gives it back', () => {
  const category = listed('screw');
  const { manifest, train } = injectNoise(
    category,
    { noise: 0.1, overlap: false, augmentation: 'affine' },
    createRandom(3),
  );
  const again = injectNoise(category, { noise: 0.1, overlap: false, manifest }, createRandom(99));
  assert.deepEqual(again.train, train);
  assert.equal(manifest.draws?.length, 32);
});

test('augmentation of copies stays in its ranges; beyond A/N0 images repeat, slightly moved', () => {
  const category = listed('transistor');
  const affine = injectNoise(category, { noise: 0.18, overlap: true, augmentation: 'affine' }, createRandom(1));
  for (const { augmentation, noise } of affine.train) {
    if (!noise) assert.equal(augmentation, null);
    else {
      const { angle, shiftX, scale, shear } = augmentation!;
      assert.ok(
        Math.abs(angle) <= 10 && Math.abs(shiftX) <= 0.1 && scale >= 0.9 && scale <= 1.1 && Math.abs(shear) <= 10,
      );
    }
  }
  const repeated = injectNoise(category, { noise: 0.4, overlap: true, repeat: true }, createRandom(1));
  const noise = repeated.train.filter((image) => image.noise);
  assert.equal(noise.length, 85);
  assert.equal(new Set(noise.slice(0, 40).map(({ name }) => name)).size, 40, 'every image once before any repeats');
  assert.ok(noise.slice(0, 40).every(({ augmentation }) => augmentation === null));
  assert.ok(
    noise
      .slice(40)
      .every(
        ({ augmentation }) =>
          augmentation && Math.abs(augmentation.angle) <= 3 && Math.abs(augmentation.shiftX) <= 0.03,
      ),
  );
});

for (const [what, options, message] of [
  [
    'more noise than anomalous images',
    { noise: 0.2, overlap: true },
    /needs 42 anomalous images, transistor has 40\. Lower it to 0\.188/,
  ],
  ['no anomaly left without overlap', { noise: 0.188, overlap: false }, /leave no anomalous image of transistor/],
  ['a negative ratio', { noise: -0.1, overlap: true }, /noise ratio of -0\.1 is impossible/],
  [
    'a manifest of another category',
    { noise: 0, overlap: true, manifest: { category: 'screw', noise: 0, images: [] } },
    /is for screw, not transistor/,
  ],
  [
    'a manifest of another length',
    { noise: 0.1, overlap: true, manifest: { category: 'transistor', noise: 0.1, images: ['a'] } },
    /lists 1 images, the noise ratio asks for 21/,
  ],
  [
    'a manifest with a nominal image',
    { noise: 0.005, overlap: true, manifest: { category: 'transistor', noise: 0.005, images: ['test/good/0.png'] } },
    /lists test\/good\/0\.png, which is no anomalous/,
  ],
] as [string, NoiseOptions, RegExp][]) {
  test(`injectNoise refuses ${what}`, () => {
    assert.throws(() => injectNoise(listed('transistor'), options, createRandom(1)), message);
  });
}
