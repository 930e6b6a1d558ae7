import type { TopLevelSpec } from 'vega-lite';
import { contactSheet, type SheetRow } from '../figures/contact-sheet.js';
import { renderPng } from '../figures/render.js';
import { renderChart } from '../figures/vega.js';

/** PNG bytes for a notebook: sharp on a high-density screen, small in the file. */
const ZOOM = 1.6;

/** A chart as PNG bytes. */
export async function chartPng(spec: TopLevelSpec): Promise<Uint8Array> {
  return renderPng(await renderChart(spec), ZOOM);
}

/** A contact sheet as PNG bytes. */
export function sheetPng(title: string, headings: readonly string[], rows: readonly SheetRow[]): Uint8Array {
  return renderPng(contactSheet(title, headings, rows), 1);
}

/** An SVG figure as PNG bytes. @param zoom 1 for sheets of photographs, which are large enough as they are. */
export function svgPng(svg: string, zoom: number = ZOOM): Uint8Array {
  return renderPng(svg, zoom);
}
