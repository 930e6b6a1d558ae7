import { InputError } from '../../errors.js';
import { createRandom, type Random } from '../../random.js';
import { blob, type Canvas, paint, stroke } from './canvas.js';
import type { Defect, Pose, Scene } from './scene.js';

/** What makes a drawn category hard, each by itself. */
export interface Difficulty {
  /** How strongly a defect differs from what it covers, 0…1; 1: as the scene draws it. */
  contrast: number;
  /** An object, or a texture's grid, lies up to so far from its place in x and y, as a share of the side. */
  shift: number;
  /** It is turned by up to so many degrees, either way. */
  turn: number;
  /** The light of an image is up to this share brighter or darker, and falls off by as much across it. */
  light: number;
  /** Share of images with a natural outlier that is no defect: specks of dust, now and then a fibre. */
  outliers: number;
  /** Share of defects that look alike: those of a type have the same form at the same place. */
  alike: number;
}

/** The scenes as they are. */
export const PLAIN: Difficulty = { contrast: 1, shift: 0, turn: 0, light: 0, outliers: 0, alike: 0 };

/** A little of everything but alikeness: defects are half as strong, objects move, light changes, one image in five is dusty. */
export const HARD: Difficulty = { contrast: 0.5, shift: 0.01, turn: 3, light: 0.1, outliers: 0.2, alike: 0 };

/** Largest value of each knob; beyond it objects leave the picture, or nothing is left of it. */
export const LIMITS: Difficulty = { contrast: 1, shift: 0.2, turn: 180, light: 0.5, outliers: 1, alike: 1 };

/**
 * A scene made harder; {@link PLAIN} leaves every byte as it is.
 * @throws InputError for a knob that does not exist, or a value that is no number of 0…its limit.
 */
export function harder(scene: Scene, difficulty: Difficulty): Scene {
  for (const [knob, value] of Object.entries(difficulty)) {
    const limit = LIMITS[knob as keyof Difficulty];
    const knobs = Object.keys(LIMITS).join(', ');
    if (limit === undefined) throw new InputError(`a drawn set has no knob "${knob}"`, `There are ${knobs}`);
    if (!(value >= 0 && value <= limit))
      throw new InputError(`${knob} ${value} is not within 0…${limit}`, 'Choose a number in between');
  }
  const { shift, turn, light, outliers } = difficulty;
  return {
    about: scene.about,
    pose(random, side) {
      const pose = scene.pose(random, side);
      const moved = random.fork('shift');
      const angle = (random.fork('turn').uniform(-turn, turn) * Math.PI) / 180;
      return {
        cx: pose.cx + moved.uniform(-shift, shift) * side,
        cy: pose.cy + moved.uniform(-shift, shift) * side,
        angle: pose.angle + angle,
      };
    },
    draw(random, side, pose) {
      const canvas = scene.draw(random, side, pose);
      const own = random.fork('outlier');
      if (own.next() < outliers) dust(canvas, own);
      return canvas;
    },
    finish(canvas, random) {
      if (light > 0) relight(canvas, random.fork('relight'), light);
      scene.finish(canvas, random);
    },
    defects: Object.fromEntries(
      Object.entries(scene.defects).map(([type, defect]) => [type, harderDefect(type, defect, difficulty)]),
    ),
  };
}

function harderDefect(type: string, defect: Defect, { contrast, alike }: Difficulty): Defect {
  return (canvas: Canvas, random: Random, pose: Pose) => {
    const before = canvas.data.slice();
    defect(canvas, random.fork('alike').next() < alike ? createRandom(0).fork(type) : random, pose);
    if (contrast === 1) return;
    const { data } = canvas;
    for (let i = 0; i < data.length; i++) data[i] = before[i] + contrast * (data[i] - before[i]);
  };
}

/** One to three specks, in one image of three also a fibre. */
function dust(canvas: Canvas, random: Random): void {
  const { side } = canvas;
  const spot = (): number => random.uniform(0.1, 0.9) * side;
  for (let left = 1 + random.integer(3); left > 0; left--)
    paint(canvas, blob(spot(), spot(), random.uniform(0.008, 0.016) * side, random), [30, 28, 26]);
  if (random.next() < 1 / 3) {
    const [x, y, angle] = [spot(), spot(), random.uniform(0, Math.PI)];
    const length = random.uniform(0.06, 0.12) * side;
    const end = [x + Math.cos(angle) * length, y + Math.sin(angle) * length];
    paint(canvas, stroke(x, y, end[0], end[1], 0.006 * side), [44, 42, 48]);
  }
}

/** The whole picture brighter or darker, and a fall of light across it. */
function relight({ side, data }: Canvas, random: Random, strength: number): void {
  const all = 1 + random.uniform(-strength, strength);
  const angle = random.uniform(0, 2 * Math.PI);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / 3);
    const across = ((pixel % side) * cos + Math.floor(pixel / side) * sin) / side - (cos + sin) / 2;
    data[i] *= all * (1 + strength * across);
  }
}
