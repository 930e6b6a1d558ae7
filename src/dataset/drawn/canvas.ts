import type { Random } from '../../random.js';

/** A colour picture being drawn: [side × side × 3] of 0…255, not yet rounded. */
export interface Canvas {
  side: number;
  data: Float32Array;
}

/** Signed distance of a point to a shape's edge in pixels, negative inside. */
export type Shape = (x: number, y: number) => number;

export function createCanvas(side: number, colour: readonly number[]): Canvas {
  const data = new Float32Array(side * side * 3);
  for (let i = 0; i < data.length; i++) data[i] = colour[i % 3];
  return { side, data };
}

/** Blends a colour (or a change of what is there) into a shape, edges antialiased over one pixel. */
export function paint(
  canvas: Canvas,
  shape: Shape,
  colour: readonly number[] | ((x: number, y: number, old: readonly number[]) => readonly number[]),
): void {
  const { side, data } = canvas;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const cover = Math.min(1, Math.max(0, 0.5 - shape(x + 0.5, y + 0.5)));
      if (cover === 0) continue;
      const at = (y * side + x) * 3;
      const old = [data[at], data[at + 1], data[at + 2]];
      const fresh = typeof colour === 'function' ? colour(x, y, old) : colour;
      for (let c = 0; c < 3; c++) data[at + c] = old[c] + (fresh[c] - old[c]) * cover;
    }
  }
}

export function circle(cx: number, cy: number, r: number): Shape {
  return (x, y) => Math.hypot(x - cx, y - cy) - r;
}

/** A box of half-sides w, h with corners rounded by r, turned by `angle` radians. */
export function box(cx: number, cy: number, w: number, h: number, r = 0, angle = 0): Shape {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  return (x, y) => {
    const dx = Math.abs((x - cx) * cos + (y - cy) * sin) - w + r;
    const dy = Math.abs((y - cy) * cos - (x - cx) * sin) - h + r;
    return Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - r;
  };
}

/** A line from (x0, y0) to (x1, y1), `width` pixels wide. */
export function stroke(x0: number, y0: number, x1: number, y1: number, width: number): Shape {
  const dx = x1 - x0;
  const dy = y1 - y0;
  const squared = dx * dx + dy * dy;
  return (x, y) => {
    const t = Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / squared));
    return Math.hypot(x - x0 - t * dx, y - y0 - t * dy) - width / 2;
  };
}

/** A blob: a circle whose radius wobbles. */
export function blob(cx: number, cy: number, r: number, random: Random): Shape {
  const waves = [2, 3, 5].map((n) => ({ n, size: random.uniform(0.05, 0.18), phase: random.uniform(0, 6.283) }));
  return (x, y) => {
    const angle = Math.atan2(y - cy, x - cx);
    const wobble = waves.reduce((sum, { n, size, phase }) => sum + size * Math.sin(n * angle + phase), 1);
    return Math.hypot(x - cx, y - cy) - r * wobble;
  };
}

/** Adds the same sensor noise to all channels. */
export function addNoise({ data }: Canvas, random: Random, deviation: number): void {
  for (let i = 0; i < data.length; i += 3) {
    const value = random.normal() * deviation;
    for (let c = 0; c < 3; c++) data[i + c] += value;
  }
}

/** Multiplies the picture by a smooth light gradient in a random direction, ± `strength`. */
export function addLight({ side, data }: Canvas, random: Random, strength: number): void {
  const angle = random.uniform(0, 2 * Math.PI);
  const cos = (Math.cos(angle) * strength * 2) / side;
  const sin = (Math.sin(angle) * strength * 2) / side;
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / 3);
    data[i] *= 1 + ((pixel % side) - side / 2) * cos + (Math.floor(pixel / side) - side / 2) * sin;
  }
}

/** Rounded to 8 bits. */
export function toBytes({ data }: Canvas): Uint8Array {
  return Uint8Array.from(data, (value) => Math.min(255, Math.max(0, Math.round(value))));
}
