import { imageScores } from '../../detector/image-scores.js';
import { rankingMetrics, rankLabelled } from '../../metrics/ranking.js';
import type { Base } from './base.js';
import { type Cut, cutAt } from './cut.js';
import { scoresAt } from './steps.js';
import { mapAt, mapLines } from './thin-maps.js';

/** What a base says at a chosen cut. */
export interface Answer {
  chosen: number;
  cut: Cut;
  /** [test·positions] */
  patches: Float32Array;
  /** [test] */
  images: Float32Array;
  /** [test × side²] every fourth row and column of the anomaly maps, and their side. */
  maps: Float32Array;
  side: number;
  image: { auroc: number | null; f1Threshold: number | null };
  pixel: { auroc: number | null };
}

/** Scores and AUROC at a τ or level: for τ exactly what the library's preview answers. */
export function answer(base: Base, chosen: number): Answer {
  const cut = cutAt(base, chosen);
  const patches = scoresAt(base, cut.value);
  const positions = base.grid ** 2;
  const images = imageScores(patches, positions);
  const labels = base.test.map(({ label }) => label);
  const { auroc, f1Threshold } = rankLabelled(images, labels);
  const lines = mapLines(base.grid, base.crop);
  const { side } = lines;
  const maps = new Float32Array(images.length * side * side);
  for (let image = 0; image < images.length; image++) {
    const own = patches.subarray(image * positions, (image + 1) * positions);
    mapAt(lines, own, maps.subarray(image * side * side, (image + 1) * side * side));
  }
  const pixel = { auroc: pixelAuroc(base.masks, maps) };
  return { chosen, cut, patches, images, maps, side, image: { auroc, f1Threshold }, pixel };
}

const defectPixels = new WeakMap<Uint8Array, number>();

/** AUROC over every fourth row and column of all maps; null without masks. */
function pixelAuroc(masks: Uint8Array, maps: Float32Array): number | null {
  if (masks.length === 0) return null;
  const count = defectPixels.get(masks) ?? masks.reduce((sum, flag) => sum + flag, 0);
  defectPixels.set(masks, count);
  const inside = new Float32Array(count);
  const outside = new Float32Array(masks.length - count);
  let [d, n] = [0, 0];
  for (let i = 0; i < masks.length; i++) {
    if (masks[i] === 1) inside[d++] = maps[i];
    else outside[n++] = maps[i];
  }
  return rankingMetrics(inside, outside).auroc;
}
