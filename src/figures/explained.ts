import { encodePng } from '../image/codec.js';
import { type Colour, outline } from '../image/outline.js';
import { overlay } from '../image/overlay.js';
import type { Raster } from '../image/raster.js';
import { escapeXml, FONT_FAMILY, renderPng } from './render.js';

/** An inspected image and what is to be seen of it. */
export interface Explained {
  /** As the network sees it, RGB. */
  image: Raster;
  /** Of the image's size. */
  map: Float32Array;
  score: number;
  /** Null where no verdict can be given. */
  decisionThreshold: number | null;
  /** [height × width] of 0 and 1, or null. */
  mask: ArrayLike<number> | null;
  /** First line; the second says score and verdict. */
  title: string;
  /** Beside the score, e.g. `level 0.73`. */
  detail?: string;
  /** Map values of the darkest and the brightest colour: one pair for all pictures that are to be compared. */
  contrast: readonly [number, number];
}

/** The one contrast of a batch: half to one and a half of the decision threshold, whatever the images. */
export function contrastAbout(decisionThreshold: number): [number, number] {
  const size = Math.abs(decisionThreshold) || 1;
  return [decisionThreshold - size / 2, decisionThreshold + size / 2];
}

const FOUND: Colour = [0, 200, 255];
const MASK: Colour = [80, 255, 80];
const GAP = 6;
const TEXT = 44;

/**
 * Pixels that speak for an anomaly: where the map lies above the decision threshold, once its highest value is brought to the
 * image's score (the blur lowers it), so that an anomalous image always has some and a normal one none.
 */
export function anomalousRegion({
  map,
  score,
  decisionThreshold,
}: Pick<Explained, 'map' | 'score' | 'decisionThreshold'>): Uint8Array {
  const most = map.reduce((high, value) => Math.max(high, value), Number.NEGATIVE_INFINITY);
  const lift = score - most;
  return Uint8Array.from(map, (value) => (decisionThreshold !== null && value + lift > decisionThreshold ? 1 : 0));
}

/** Image, heat map and outlines side by side, score and verdict below, as PNG bytes. */
export async function explainedPicture(explained: Explained): Promise<Uint8Array> {
  const { image, map, mask, contrast, title, detail, score, decisionThreshold } = explained;
  const found = anomalousRegion(explained);
  const outlined = outline(image, found, FOUND);
  const panels = [image, overlay(image, map, ...contrast), mask ? outline(outlined, mask, MASK) : outlined];
  const verdict = decisionThreshold === null ? '' : score > decisionThreshold ? ' · anomalous' : ' · normal';
  const line = [`score ${score.toPrecision(4)}`, ...(detail ? [detail] : [])].join(' · ') + verdict;
  const width = 3 * image.width + 4 * GAP;
  const height = image.height + 2 * GAP + TEXT;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="${FONT_FAMILY}" font-size="13" fill="#222">`,
    `<rect width="100%" height="100%" fill="white"/>`,
  ];
  for (const [i, panel] of panels.entries()) {
    const data = Buffer.from(await encodePng(panel)).toString('base64');
    const x = GAP + i * (image.width + GAP);
    parts.push(
      `<image x="${x}" y="${GAP}" width="${image.width}" height="${image.height}" href="data:image/png;base64,${data}"/>`,
    );
  }
  const below = image.height + 2 * GAP;
  const key = [
    ...(decisionThreshold === null ? [] : [['found', FOUND] as const]),
    ...(mask ? [['mask', MASK] as const] : []),
  ];
  parts.push(`<text x="${GAP}" y="${below + 14}" font-weight="600">${escapeXml(title)}</text>`);
  parts.push(`<text x="${GAP}" y="${below + 32}">${escapeXml(line)}</text>`);
  for (const [i, [name, colour]] of key.entries()) {
    const x = 2 * (image.width + GAP) + GAP + i * 62;
    parts.push(`<rect x="${x}" y="${below + 23}" width="10" height="10" fill="rgb(${colour})"/>`);
    parts.push(`<text x="${x + 15}" y="${below + 32}">${name}</text>`);
  }
  return renderPng([...parts, '</svg>'].join('\n'));
}
