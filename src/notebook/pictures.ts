import type { TopLevelSpec } from 'vega-lite';
import type { Sample } from '../dataset/category.js';
import { contactSheet, type SheetRow } from '../figures/contact-sheet.js';
import { renderPng } from '../figures/render.js';
import { renderChart } from '../figures/vega.js';
import { decodeGrey, decodeRgb, encodePng } from '../image/codec.js';
import { overlay } from '../image/overlay.js';
import { type Preprocessing, resizeAndCrop } from '../image/preprocess.js';
import type { Raster } from '../image/raster.js';

/** PNG bytes for a notebook: sharp on a high-density screen, small in the file. */
const ZOOM = 1.6;

/** A chart as PNG bytes, for `tslab.display.png`. */
export async function chartPng(spec: TopLevelSpec): Promise<Uint8Array> {
  return renderPng(await renderChart(spec), ZOOM);
}

/** A contact sheet as PNG bytes. */
export function sheetPng(title: string, headings: readonly string[], rows: readonly SheetRow[]): Uint8Array {
  return renderPng(contactSheet(title, headings, rows), 1);
}

/** An SVG figure as PNG bytes. */
export function svgPng(svg: string): Uint8Array {
  return renderPng(svg, ZOOM);
}

/** An image as the network sees it. */
export async function networkView(path: string, preprocessing: Preprocessing): Promise<Raster> {
  return resizeAndCrop(await decodeRgb(path), preprocessing);
}

/** A sample's picture and its mask (black where it has none), as PNG bytes. */
export async function pictureAndMask(sample: Sample, preprocessing: Preprocessing): Promise<[Uint8Array, Uint8Array]> {
  const image = await networkView(sample.path, preprocessing);
  const mask = sample.mask
    ? resizeAndCrop(await decodeGrey(sample.mask), { ...preprocessing, filter: 'nearest' })
    : { ...image, channels: 1 as const, data: new Uint8Array(image.width * image.height) };
  return [await encodePng(image), await encodePng(mask)];
}

/** A heat map over its picture, coloured between `low` and `high`. */
export async function heatPicture(
  sample: Sample,
  map: Float32Array,
  preprocessing: Preprocessing,
  [low, high]: readonly [number, number],
): Promise<Uint8Array> {
  return encodePng(overlay(await networkView(sample.path, preprocessing), map, low, high));
}
