import { inspect } from 'node:util';
import { cellHost, type DisplayOptions, type MimeBundle } from '../cell-host.js';
import { CHART } from './charts.js';
import type { Look } from './look.js';
import { HEAT_MAPS, MARKUP, PICTURE_FILE, RASTER } from './pictures.js';
import { BANK, EVALUATION } from './results.js';
import { FIGURE_TABLE, FRAME, RECORDS } from './tables.js';

/** Kinds of values with a look of their own, the first that matches counts. */
export const LOOKS: readonly Look[] = [
  PICTURE_FILE,
  RASTER,
  MARKUP,
  FRAME,
  FIGURE_TABLE,
  EVALUATION,
  BANK,
  HEAT_MAPS,
  CHART,
  RECORDS,
];

/** A method of this name gives a value's own bundle, as other kernels for TypeScript know it. */
const OWN_LOOK = Symbol.for('Jupyter.display');

/** Text of any value, kept short. */
function asText(value: unknown): string {
  // A promise's text is full of what keeps track of it.
  if (value instanceof Promise) return 'a promise: write await before it';
  return inspect(value, { depth: 3, maxArrayLength: 30, maxStringLength: 10_000, breakLength: 100 });
}

/** A value in the forms a front end may choose from. */
export async function describe(value: unknown): Promise<MimeBundle> {
  const own = (value as Record<symbol, unknown> | null | undefined)?.[OWN_LOOK];
  if (typeof own === 'function') return (await own.call(value)) as MimeBundle;
  const look = LOOKS.find(({ matches }) => matches(value));
  const bundle = look ? await look.bundle(value as never) : {};
  return 'text/plain' in bundle ? bundle : { ...bundle, 'text/plain': asText(value) };
}

/**
 * Shows a value in the notebook: a chart alive, frames and records as tables, images, heat maps and bytes of a PNG as pictures, SVG and
 * HTML drawn, anything else as text. Outside of notebooks it prints the text. The last expression of a cell is shown by itself.
 */
export async function show(value: unknown, options?: DisplayOptions): Promise<void> {
  const bundle = await describe(value);
  const host = cellHost();
  if (host) host.display(bundle, options);
  else console.log(String(bundle['text/plain']));
}
