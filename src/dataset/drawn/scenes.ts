import type { Random } from '../../random.js';
import { addLight, addNoise, blob, box, type Canvas, circle, createCanvas, paint, stroke } from './canvas.js';
import { LEATHER } from './leather.js';
import type { Pose, Scene } from './scene.js';

const finish = (canvas: Canvas, random: Random): void => {
  addLight(canvas, random, 0.04);
  addNoise(canvas, random, 3);
};

const still = (random: Random, side: number): Pose => ({
  cx: side / 2 + random.uniform(-2, 2),
  cy: side / 2 + random.uniform(-2, 2),
  angle: 0,
});

/** A point of the object's own frame, in pixels of the picture. */
function place({ cx, cy, angle }: Pose, along: number, across: number): [number, number] {
  return [
    cx + along * Math.cos(angle) - across * Math.sin(angle),
    cy + along * Math.sin(angle) + across * Math.cos(angle),
  ];
}

/** Woven cloth: a texture without position. */
const weave: Scene = {
  about: 'woven cloth, a texture',
  pose: (random, side) => ({ cx: random.uniform(0, side), cy: random.uniform(0, side), angle: 0 }),
  draw(random, side, { cx, cy, angle }) {
    const canvas = createCanvas(side, [0, 0, 0]);
    const pitch = random.uniform(9.6, 10.4);
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    paint(
      canvas,
      () => -1,
      (x, y) => {
        const u = (x * cos - y * sin + cx) / pitch;
        const v = (x * sin + y * cos + cy) / pitch;
        const over = (Math.floor(u) + Math.floor(v)) % 2 === 0;
        const across = over ? v - Math.floor(v) : u - Math.floor(u);
        const light = 0.55 + 0.45 * Math.sin(Math.PI * across);
        return over ? [176 * light, 148 * light, 108 * light] : [128 * light, 112 * light, 92 * light];
      },
    );
    return canvas;
  },
  finish,
  defects: {
    hole(canvas, random) {
      const r = random.uniform(6, 13);
      paint(canvas, blob(random.uniform(40, 216), random.uniform(40, 216), r, random), [24, 20, 18]);
    },
    thread(canvas, random) {
      const [x, y, angle] = [random.uniform(60, 196), random.uniform(60, 196), random.uniform(0, Math.PI)];
      const length = random.uniform(25, 45);
      const [dx, dy] = [Math.cos(angle) * length, Math.sin(angle) * length];
      paint(canvas, stroke(x - dx, y - dy, x + dx, y + dy, random.uniform(3, 5)), [228, 222, 210]);
    },
    stain(canvas, random) {
      const spot = blob(random.uniform(50, 206), random.uniform(50, 206), random.uniform(14, 26), random);
      const tint = random.uniform(0.45, 0.6);
      paint(canvas, spot, (_x, _y, old) => [old[0] * tint, old[1] * (tint + 0.1), old[2] * (tint + 0.25)]);
    },
  },
};

/** A steel bracket with four holes, always in the same place: positions mean something. */
const bracket: Scene = {
  about: 'a steel bracket, always aligned',
  pose: still,
  draw(random, side, pose) {
    const canvas = createCanvas(side, [38, 42, 50]);
    const steel = random.uniform(150, 162);
    paint(canvas, box(pose.cx, pose.cy, 84, 58, 14, pose.angle), [steel, steel + 4, steel + 10]);
    paint(canvas, box(pose.cx, pose.cy, 30, 22, 8, pose.angle), [steel - 36, steel - 34, steel - 28]);
    for (const [dx, dy] of [
      [-62, -38],
      [62, -38],
      [-62, 38],
      [62, 38],
    ]) {
      const [x, y] = place(pose, dx, dy);
      paint(canvas, circle(x, y, 11), [steel - 40, steel - 38, steel - 34]);
      paint(canvas, circle(x, y, 8), [30, 32, 38]);
    }
    return canvas;
  },
  finish,
  defects: {
    filled_hole(canvas, random, pose) {
      const [dx, dy] = [random.integer(2) === 0 ? -62 : 62, random.integer(2) === 0 ? -38 : 38];
      const [x, y] = place(pose, dx, dy);
      paint(canvas, circle(x, y, 8.5), [148, 150, 154]);
    },
    scratch(canvas, random, pose) {
      const [x, y] = place(pose, random.uniform(-50, 50), random.uniform(-45, -28));
      const angle = pose.angle + random.uniform(-0.6, 0.6);
      const length = random.uniform(18, 34);
      const end = [x + Math.cos(angle) * length, y + Math.sin(angle) * length];
      paint(canvas, stroke(x, y, end[0], end[1], random.uniform(2.5, 4)), [232, 234, 240]);
    },
    chip(canvas, random, pose) {
      const edge = random.integer(2) === 0 ? -84 : 84;
      const r = random.uniform(10, 16);
      const [x, y] = place(pose, edge, random.uniform(-20, 20));
      paint(canvas, blob(x, y, r, random), [38, 42, 50]);
    },
  },
};

/** A bolt that lies at any angle: the hard case for weighting by position. */
const bolt: Scene = {
  about: 'a bolt, freely rotated',
  pose: (random, side) => ({ ...still(random, side), angle: random.uniform(0, 2 * Math.PI) }),
  draw(random, side, pose) {
    const canvas = createCanvas(side, [206, 204, 198]);
    const brass = random.uniform(-6, 6);
    const [sx, sy] = place(pose, 18, 0);
    paint(canvas, box(sx, sy, 62, 11, 2, pose.angle), [122 + brass, 104 + brass, 66 + brass]);
    for (let i = 0; i < 14; i++) {
      const [x, y] = place(pose, -6 + i * 6, 0);
      paint(canvas, box(x, y, 1.3, 11, 1, pose.angle), [84 + brass, 70 + brass, 42 + brass]);
    }
    const [hx, hy] = place(pose, -58, 0);
    paint(canvas, box(hx, hy, 15, 27, 6, pose.angle), [138 + brass, 118 + brass, 76 + brass]);
    paint(canvas, box(hx, hy, 3, 20, 2, pose.angle), [92 + brass, 78 + brass, 50 + brass]);
    return canvas;
  },
  finish,
  defects: {
    crushed_thread(canvas, random, pose) {
      const [x, y] = place(pose, random.uniform(20, 60), random.integer(2) === 0 ? -9 : 9);
      paint(canvas, blob(x, y, random.uniform(8, 12), random), [206, 204, 198]);
    },
    scratched_head(canvas, random, pose) {
      const along = random.uniform(-66, -54);
      const [x0, y0] = place(pose, along, random.uniform(-22, -8));
      const [x1, y1] = place(pose, along + random.uniform(-6, 6), random.uniform(8, 22));
      paint(canvas, stroke(x0, y0, x1, y1, random.uniform(3, 4.5)), [238, 232, 214]);
    },
    rust(canvas, random, pose) {
      const [x, y] = place(pose, random.uniform(-20, 60), random.uniform(-4, 4));
      paint(canvas, blob(x, y, random.uniform(8, 13), random), (_x, _y, old) => [
        old[0] * 1.15,
        old[1] * 0.55,
        old[2] * 0.4,
      ]);
    },
  },
};

/** The categories by name. */
export const SCENES: Readonly<Record<string, Scene>> = { weave, bracket, bolt, leather: LEATHER };

/** Those whose defects any network sees: for tests and first steps. */
export const EASY_SCENES: readonly string[] = ['weave', 'bracket', 'bolt'];
