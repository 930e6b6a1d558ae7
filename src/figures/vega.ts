import type { Spec } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { FONT_FAMILY, textWidth } from './render.js';

/** The look of every chart: 1 unit = 1 point, thin lines, one font, colour-blind safe (Okabe–Ito). */
export const CHART_THEME: NonNullable<TopLevelSpec['config']> = {
  aria: false,
  font: FONT_FAMILY,
  background: 'white',
  view: { stroke: null },
  axis: {
    labelFontSize: 8,
    titleFontSize: 9,
    titleFontWeight: 'normal',
    labelColor: '#222',
    titleColor: '#222',
    gridColor: '#ececec',
    gridWidth: 0.5,
    domainWidth: 0.5,
    tickWidth: 0.5,
    labelFlush: false,
  },
  legend: { labelFontSize: 8, titleFontSize: 9, titleFontWeight: 'normal', symbolOpacity: 1 },
  title: { fontSize: 10, fontWeight: 600, anchor: 'start' },
  range: { category: ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9', '#000000'] },
};

let measured: Promise<typeof import('vega')> | undefined;

/** Vega, with text measured in the figure's own font; without this it guesses widths and legends drift. */
function loadVega(): Promise<typeof import('vega')> {
  measured ??= import('vega').then((vega) => {
    const widths = new Map<string, number>();
    const metrics = (
      vega as unknown as {
        textMetrics: { width: (item: { fontSize?: number; fontWeight?: unknown }, text: string) => number };
      }
    ).textMetrics;
    metrics.width = ({ fontSize = 11, fontWeight }, text) => {
      const key = `${fontSize} ${fontWeight ?? ''} ${text}`;
      let width = widths.get(key);
      if (width === undefined) {
        width = textWidth(String(text), fontSize, fontWeight === 600 || fontWeight === 'bold' ? 600 : 400);
        widths.set(key, width);
      }
      return width;
    };
    return vega;
  });
  return measured;
}

/** A chart with the look of all charts; what it sets itself stays. */
export function themed(spec: TopLevelSpec): TopLevelSpec {
  return { ...spec, config: { ...CHART_THEME, ...spec.config } } as TopLevelSpec;
}

/**
 * Draws a Vega-Lite chart as SVG; the same chart gives the same bytes.
 * @throws Error on any warning of the compiler: a dropped encoding or a lost legend must not pass unseen.
 */
export async function renderChart(spec: TopLevelSpec): Promise<string> {
  const vega = await loadVega();
  const warnings: string[] = [];
  const warn = (...args: readonly unknown[]): typeof logger => {
    warnings.push(args.join(' '));
    return logger;
  };
  const quiet = (): typeof logger => logger;
  const logger = { level: quiet, error: warn, warn, info: quiet, debug: quiet } as never;
  const compiled = compile(themed(spec), { logger }).spec as Spec;
  if (warnings.length > 0) throw new Error(`the chart has warnings: ${warnings.join('; ')}`);
  return new vega.View(vega.parse(compiled), { renderer: 'none' }).toSVG();
}
