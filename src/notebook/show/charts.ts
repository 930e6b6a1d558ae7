import type { TopLevelSpec } from 'vega-lite';
import { FONT_FAMILY } from '../../figures/render.js';
import { themed } from '../../figures/vega.js';
import { chartPng } from '../pictures.js';
import { isRecord, type Look } from './look.js';

const VIEWS = ['mark', 'layer', 'concat', 'hconcat', 'vconcat', 'facet', 'repeat', 'spec'];

/** The chart as front ends draw it themselves, alive; browsers without the figures' font take their own. */
export function liveChart(spec: TopLevelSpec): TopLevelSpec {
  const own = themed(spec);
  return { ...own, config: { ...own.config, font: `${FONT_FAMILY}, sans-serif` } } as TopLevelSpec;
}

/** Whether a view has data: its own, or those of the views it is made of. */
function hasData(view: unknown): boolean {
  if (!isRecord(view)) return false;
  const parts = VIEWS.flatMap((name) => [view[name]].flat());
  return 'data' in view || 'datasets' in view || parts.some(hasData);
}

/** A Vega-Lite chart: alive in JupyterLab and VS Code, a picture on GitHub and in nbconvert. */
export const CHART: Look = {
  matches: (value) =>
    isRecord(value) &&
    VIEWS.some((view) => view in value) &&
    (hasData(value) || /vega-lite/.test(String(value.$schema))),
  async bundle(spec: TopLevelSpec) {
    const png = Buffer.from(await chartPng(spec)).toString('base64');
    return { 'application/vnd.vegalite.v5+json': liveChart(spec), 'image/png': png, 'text/plain': 'a chart' };
  },
};
