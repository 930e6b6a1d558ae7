import assert from 'node:assert/strict';
import test from 'node:test';
import { type Difficulty, HARD, harder, PLAIN } from '../../src/dataset/drawn/difficulty.js';
import { SCENES } from '../../src/dataset/drawn/scenes.js';
import { drawPicture } from '../../src/dataset/drawn/write.js';
import { createRandom } from '../../src/random.js';

const SIDE = 128;
/** Where the slope of an object is measured, in pixels either side of its middle. */
const ARM = 25;
type Picture = ReturnType<typeof drawPicture>;

/** A picture of a scene made harder. @param type of defect; none: nominal. */
function draw(name: string, knobs: Partial<Difficulty>, seed: number, type?: string): Picture {
  const scene = harder(SCENES[name], { ...PLAIN, ...knobs });
  return drawPicture(scene, createRandom(seed).fork(name), SIDE, type === undefined ? undefined : scene.defects[type]);
}
const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: readonly number[]): number => {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
};
const seeds = [1, 2, 3, 4, 5, 6];

test('harder(scene, PLAIN) leaves every byte as it is', () => {
  for (const [name, scene] of Object.entries(SCENES)) {
    for (const type of [undefined, ...Object.keys(scene.defects)]) {
      const plain = drawPicture(
        scene,
        createRandom(1).fork(name),
        SIDE,
        type === undefined ? undefined : scene.defects[type],
      );
      assert.deepEqual(draw(name, {}, 1, type), plain, `${name} ${type}`);
    }
  }
});

test('contrast scales what a defect changes', () => {
  const change = (contrast: number): number => {
    const { pixels, mask } = draw('bracket', { contrast }, 3, 'filled_hole');
    const clean = draw('bracket', {}, 3).pixels;
    const changes = [...mask.keys()].filter((p) => mask[p]).map((p) => Math.abs(pixels[3 * p] - clean[3 * p]));
    return changes.reduce((sum, value) => sum + value, 0);
  };
  assert.ok(Math.abs(change(0.4) / change(1) - 0.4) < 0.05);
  assert.equal(draw('bracket', { contrast: 0 }, 3, 'filled_hole').mask.indexOf(255), -1);
});

/** Mean place of what is bright, in x, and the slope of its upper edge. */
function lie({ pixels }: Picture): { x: number; tilt: number } {
  let [sum, all] = [0, 0];
  const bright = (x: number, y: number): boolean => pixels[3 * (y * SIDE + x)] > 100;
  for (let p = 0; p < SIDE * SIDE; p++) {
    if (!bright(p % SIDE, Math.floor(p / SIDE))) continue;
    sum += p % SIDE;
    all++;
  }
  const top = (x: number): number => Array.from({ length: SIDE }, (_, y) => y).find((y) => bright(x, y)) ?? 0;
  return {
    x: sum / all,
    tilt: top(Math.round(sum / all) + ARM) - top(Math.round(sum / all) - ARM),
  };
}

test('shift moves objects, turn tilts them', () => {
  const poses = (knobs: Partial<Difficulty>): { x: number; tilt: number }[] =>
    seeds.map((seed) => lie(draw('bracket', knobs, seed)));
  const spread = (knobs: Partial<Difficulty>): number => deviation(poses(knobs).map(({ x }) => x));
  assert.ok(spread({ shift: 0.08 }) > 3 * spread({}));
  const tilts = (knobs: Partial<Difficulty>): number => deviation(poses(knobs).map(({ tilt }) => tilt));
  assert.ok(tilts({ turn: 15 }) > tilts({}) + 2.5);
});

test('light changes from image to image', () => {
  const spread = (light: number): number =>
    deviation(seeds.map((seed) => mean(draw('leather', { light }, seed).pixels)));
  assert.ok(spread(0.3) > 4 * spread(0));
});

test('outliers are dark specks that no mask holds', () => {
  for (const seed of seeds) {
    const dusty = draw('weave', { outliers: 1 }, seed);
    const clean = draw('weave', {}, seed);
    const darker = [...clean.pixels.keys()].filter((i) => clean.pixels[i] - dusty.pixels[i] > 30).length;
    assert.ok(darker > 7, `seed ${seed}: ${darker}`);
    assert.equal(dusty.mask.indexOf(255), -1);
    const flawed = draw('weave', { outliers: 1 }, seed, 'stain');
    const own = draw('weave', {}, seed, 'stain');
    const outside = [...flawed.mask.keys()].filter((p) => flawed.mask[p] && !own.mask[p]).length;
    assert.equal(outside, 0, 'dust is in no mask');
  }
});

test('alike defects have the same form at the same place', () => {
  const overlap = (alike: number): number => {
    const [a, b] = [1, 2].map((seed) => draw('weave', { alike }, seed, 'stain').mask);
    const both = a.reduce((sum, value, p) => sum + (value && b[p] ? 1 : 0), 0);
    const any = a.reduce((sum, value, p) => sum + (value || b[p] ? 1 : 0), 0);
    return both / any;
  };
  assert.ok(overlap(1) > 0.95, `${overlap(1)}`);
  assert.ok(overlap(0) < 0.5);
});

test('harder refuses what is no knob or out of its range', () => {
  for (const wrong of [{ contrast: 1.5 }, { turn: -1 }, { light: Number.NaN }])
    assert.throws(() => harder(SCENES.weave, { ...PLAIN, ...wrong }), /is not within 0…/);
  assert.throws(() => harder(SCENES.weave, { ...PLAIN, fog: 1 } as never), /no knob "fog"\. There are contrast, shift/);
  assert.doesNotThrow(() => harder(SCENES.weave, HARD));
});
