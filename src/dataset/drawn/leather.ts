import type { Random } from '../../random.js';
import { addLight, addNoise, blob, type Canvas, createCanvas, paint, stroke } from './canvas.js';
import type { Scene } from './scene.js';

/** Smooth noise of about ± 1 at a point, on a lattice of so many pixels. */
type Grain = (x: number, y: number) => number;

const LATTICE = 64;

/** Values on a periodic lattice, joined smoothly. */
function grain(random: Random, pitch: number): Grain {
  const values = Float32Array.from({ length: LATTICE * LATTICE }, () => random.uniform(-1, 1));
  const at = (x: number, y: number): number => values[(y & (LATTICE - 1)) * LATTICE + (x & (LATTICE - 1))];
  const ease = (t: number): number => t * t * (3 - 2 * t);
  return (x, y) => {
    const [u, v] = [x / pitch, y / pitch];
    const [i, j] = [Math.floor(u), Math.floor(v)];
    const [s, t] = [ease(u - i), ease(v - j)];
    const above = at(i, j) + (at(i + 1, j) - at(i, j)) * s;
    const below = at(i, j + 1) + (at(i + 1, j + 1) - at(i, j + 1)) * s;
    return above + (below - above) * t;
  };
}

const HIDE = [134, 92, 62];
/** Deviation of the grain from the mean colour, as a share of it. */
const DEPTH = 0.34;

/** Leather's grain: pores with folds between them. @param scale 1, or how much coarser. */
function hideOf(random: Random, scale: number): Grain {
  const coarse = grain(random, 7 * scale);
  const fine = grain(random, 3.2 * scale);
  return (x, y) => 0.7 * (1 - 2 * Math.abs(coarse(x, y))) + 0.3 * fine(x, y);
}

const shade = (value: number): number[] => HIDE.map((colour) => colour * (1 + DEPTH * value));
const anywhere = (random: Random, side: number, margin: number): [number, number] => [
  random.uniform(margin, side - margin),
  random.uniform(margin, side - margin),
];

/** Leather: a grain without order, whose defects are grain of another kind. */
export const LEATHER: Scene = {
  about: 'leather, a texture whose defects differ in grain only',
  pose: (random, side) => ({ cx: random.uniform(0, side), cy: random.uniform(0, side), angle: 0 }),
  draw(random, side, { cx, cy, angle }) {
    const canvas = createCanvas(side, HIDE);
    const hide = hideOf(random, 1);
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    paint(
      canvas,
      () => -1,
      (x, y) => shade(hide(x * cos - y * sin + cx, x * sin + y * cos + cy)),
    );
    return canvas;
  },
  finish(canvas, random) {
    addLight(canvas, random, 0.04);
    addNoise(canvas, random, 3);
  },
  defects: {
    worn(canvas, random) {
      const [x, y] = anywhere(random, canvas.side, 0.18 * canvas.side);
      paint(canvas, blob(x, y, random.uniform(0.09, 0.14) * canvas.side, random), (_x, _y, old) =>
        old.map((value, c) => HIDE[c] + 0.15 * (value - HIDE[c])),
      );
    },
    graft(canvas, random) {
      const [x, y] = anywhere(random, canvas.side, 0.18 * canvas.side);
      const other = hideOf(random, 3);
      paint(canvas, blob(x, y, random.uniform(0.09, 0.14) * canvas.side, random), (px, py) => shade(other(px, py)));
    },
    scratch(canvas: Canvas, random) {
      const { side } = canvas;
      const [x, y] = anywhere(random, side, 0.25 * side);
      const [angle, length] = [random.uniform(0, Math.PI), random.uniform(0.1, 0.18) * side];
      const [dx, dy] = [Math.cos(angle) * length, Math.sin(angle) * length];
      paint(canvas, stroke(x - dx, y - dy, x + dx, y + dy, random.uniform(0.014, 0.022) * side), (_x, _y, old) =>
        old.map((value) => 0.35 * value),
      );
    },
  },
};
