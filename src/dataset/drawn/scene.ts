import type { Random } from '../../random.js';
import type { Canvas } from './canvas.js';

/** A defect is drawn into the finished picture; light and noise follow, the same with and without it. */
export type Defect = (canvas: Canvas, random: Random, pose: Pose) => void;

/** Where the object lies. */
export interface Pose {
  cx: number;
  cy: number;
  /** Radians. */
  angle: number;
}

/** A category of the drawn set. */
export interface Scene {
  /** What it shows, for the README of the set. */
  about: string;
  pose(random: Random, side: number): Pose;
  draw(random: Random, side: number, pose: Pose): Canvas;
  /** Light and sensor noise. */
  finish(canvas: Canvas, random: Random): void;
  defects: Readonly<Record<string, Defect>>;
}
