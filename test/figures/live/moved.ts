import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

/** The texts of a chart as drawn, before and after its sliders are moved: what a front end does when one drags them. */
export async function moved(
  spec: TopLevelSpec,
  signals: Record<string, unknown>,
  data: Record<string, object[]> = {},
): Promise<{ before: string; after: string }> {
  const view = new vega.View(vega.parse(compile(spec).spec as vega.Spec), { renderer: 'none' });
  const before = await view.toSVG();
  for (const [name, value] of Object.entries(signals)) view.signal(name, value);
  for (const [name, rows] of Object.entries(data)) view.data(name, rows);
  await view.runAsync();
  const after = await view.toSVG();
  view.finalize();
  return { before, after };
}

/** Texts that an SVG draws. */
export const textsOf = (svg: string): string[] =>
  [...svg.matchAll(/<text[^>]*>([^<]+)<\/text>/g)].map(([, text]) => text);
