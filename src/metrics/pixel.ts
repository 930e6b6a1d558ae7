import { checkLength, checkWhole } from '../arguments.js';
import { rankingMetrics } from './ranking.js';
import { regions } from './regions.js';

/** Pixel-level figures over all test images of a category; null where there is no defect pixel or no normal one. */
export interface PixelMetrics {
  auroc: number | null;
  ap: number | null;
  /** Area under the per-region overlap up to a false-positive rate of 0.3, divided by 0.3. */
  aupro: number | null;
}

/** Largest false-positive rate of the per-region overlap. */
export const PRO_LIMIT = 0.3;

/** Gathers maps and masks image by image; nothing but scores is kept. */
export interface PixelCollector {
  /** Adds an image: map and mask [side × side]; a null mask means all normal. */
  add(map: Float32Array, mask: Uint8Array | null): void;
  metrics(): PixelMetrics;
  /** AUROC alone, without the regions. */
  auroc(): number | null;
}

/**
 * Pixel metrics from one ROC over all pixels of all test images, normal images included (docs/methods.md 7). AUPRO is exact:
 * each region's overlap curve is integrated in closed form over the sorted normal scores, ties as a straight line.
 * Differs from cflow-ad's 1,000 thresholds, hole-filled regions and rescaled axis.
 */
export function collectPixels(side: number): PixelCollector {
  checkWhole('side', side, 1);
  const normal: Float32Array[] = [];
  const defects: Float32Array[] = [];
  const regionScores: Float32Array[] = [];
  return {
    add(map, mask) {
      checkLength('map', map, side * side);
      if (mask) checkLength('mask', mask, side * side);
      if (!mask?.includes(1)) {
        normal.push(map.slice());
        return;
      }
      const [outside, inside] = split(map, mask);
      normal.push(outside);
      defects.push(inside);
      for (const region of regions(mask, side)) regionScores.push(Float32Array.from(region, (pixel) => map[pixel]));
    },
    auroc: () => rankingMetrics(concatenate(defects), concatenate(normal)).auroc,
    metrics() {
      const background = concatenate(normal);
      const { auroc, ap } = rankingMetrics(concatenate(defects), background);
      return { auroc, ap, aupro: auroc === null ? null : regionOverlap(regionScores, background) };
    },
  };
}

/** Scores where the mask is 0, and where it is 1. */
function split(map: Float32Array, mask: Uint8Array): [Float32Array, Float32Array] {
  let count = 0;
  for (let i = 0; i < mask.length; i++) count += mask[i];
  const outside = new Float32Array(map.length - count);
  const inside = new Float32Array(count);
  let [o, n] = [0, 0];
  for (let i = 0; i < map.length; i++) {
    if (mask[i] === 0) outside[o++] = map[i];
    else inside[n++] = map[i];
  }
  return [outside, inside];
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Mean over regions of the area under their overlap curve up to the limit, over the limit. `normal` is sorted. */
function regionOverlap(regionsOfScores: readonly Float32Array[], normal: Float32Array): number {
  let total = 0;
  for (const scores of regionsOfScores) {
    let area = 0;
    for (const score of scores) {
      const above = (normal.length - firstAbove(normal, score)) / normal.length;
      const reached = (normal.length - firstNotBelow(normal, score)) / normal.length;
      area += detectedArea(above, reached);
    }
    total += area / scores.length;
  }
  return total / regionsOfScores.length / PRO_LIMIT;
}

/** ∫ up to the limit of a step that rises linearly from 0 at `from` to 1 at `to`. */
function detectedArea(from: number, to: number): number {
  if (PRO_LIMIT <= from) return 0;
  if (PRO_LIMIT >= to) return PRO_LIMIT - to + (to - from) / 2;
  return (PRO_LIMIT - from) ** 2 / (2 * (to - from));
}

function firstAbove(sorted: Float32Array, value: number): number {
  return search(sorted, (item) => item > value);
}

function firstNotBelow(sorted: Float32Array, value: number): number {
  return search(sorted, (item) => item >= value);
}

function search(sorted: Float32Array, reached: (item: number) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (reached(sorted[middle])) high = middle;
    else low = middle + 1;
  }
  return low;
}
