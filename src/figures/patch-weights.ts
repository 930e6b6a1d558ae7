import { interpolateViridis } from 'd3-scale-chromatic';
import { quantile } from '../quantile.js';
import { escapeXml, FONT_FAMILY } from './render.js';

/** One image with its patches' outlier weights. */
export interface WeighedImage {
  label: string;
  /** PNG bytes of the network's view. */
  picture: Uint8Array;
  /** [grid × grid] */
  weights: Float32Array;
  /** [grid × grid] of 1 and 0; null: none was removed. */
  kept: Uint8Array | null;
}

const SIDE = 168;
const GAP = 8;
const TOP = 40;

/** What the figure's colours and outlines are called. */
export interface PatchWeightWords {
  /** Of the grid's values. Default: weight. */
  unit?: string;
  /** Of patches with `kept` 0. Default: removed patches. */
  outlined?: string;
}

/**
 * The intuition figure: each image beside its patches' weights (viridis, one scale for all), removed patches outlined in
 * both. What is easy to tell is removed, what is hard stays with a high weight.
 */
export function patchWeightsFigure(
  title: string,
  images: readonly WeighedImage[],
  { unit = 'weight', outlined = 'removed patches' }: PatchWeightWords = {},
): string {
  const all = images.flatMap(({ weights }) => [...weights]);
  const [low, high] = [quantile(all, 0.02, 'lower'), quantile(all, 0.995, 'higher')];
  const width = GAP + images.length * (2 * SIDE + 3 * GAP);
  const height = TOP + SIDE + GAP + 18;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="${FONT_FAMILY}" font-size="11" fill="#222">`,
    '<rect width="100%" height="100%" fill="white"/>',
    `<text x="${GAP}" y="16" font-size="13" font-weight="600">${escapeXml(title)}</text>`,
  ];
  images.forEach(({ label, picture, weights, kept }, i) => {
    const left = GAP + i * (2 * SIDE + 3 * GAP);
    const right = left + SIDE + GAP;
    const grid = Math.sqrt(weights.length);
    const cell = SIDE / grid;
    parts.push(`<text x="${left}" y="${TOP - 6}">${escapeXml(label)}</text>`);
    const data = Buffer.from(picture).toString('base64');
    parts.push(`<image x="${left}" y="${TOP}" width="${SIDE}" height="${SIDE}" href="data:image/png;base64,${data}"/>`);
    const outlines: string[] = [];
    weights.forEach((weight, p) => {
      const [x, y] = [(p % grid) * cell, TOP + Math.floor(p / grid) * cell];
      const share = Math.max(0, Math.min(1, (weight - low) / (high - low || 1)));
      const box = `y="${y.toFixed(2)}" width="${cell.toFixed(2)}" height="${cell.toFixed(2)}"`;
      parts.push(`<rect x="${(right + x).toFixed(2)}" ${box} fill="${interpolateViridis(share)}"/>`);
      if (kept?.[p] !== 0) return;
      for (const [start, stroke] of [
        [left, '#D55E00'],
        [right, '#ffffff'],
      ] as const) {
        outlines.push(`<rect x="${(start + x).toFixed(2)}" ${box} fill="none" stroke="${stroke}" stroke-width="0.8"/>`);
      }
    });
    parts.push(...outlines);
    const note = (x: number, text: string): void =>
      void parts.push(`<text x="${x}" y="${TOP + SIDE + 14}" font-size="10">${escapeXml(text)}</text>`);
    if (kept) note(left, `outlined: ${kept.reduce((sum, stays) => sum + 1 - stays, 0)} ${outlined}`);
    note(right, `${unit} ${low.toFixed(2)} … ${high.toFixed(2)}`);
  });
  return [...parts, '</svg>'].join('\n');
}
