import type { TopLevelSpec } from 'vega-lite';
import { METRIC_COLOURS } from './metrics.js';

/** A point of the AUROC chart. */
export interface AurocRow {
  chosen: number;
  metric: 'image' | 'pixel';
  auroc: number;
}

/**
 * AUROC over τ or the cleaning method's level: the preview dashed, what is exact as a line with points, the chosen cut as a rule.
 * Data sets `preview`, `exact`, `points`, `now` of {@link AurocRow}, `chosen` of `{ chosen }`.
 */
export function aurocView(title: string, [low, high]: readonly [number, number]): TopLevelSpec {
  const x = { field: 'chosen', type: 'quantitative', scale: { domain: [low, high], nice: false }, axis: { title } };
  const y = {
    field: 'auroc',
    type: 'quantitative',
    scale: { zero: false, nice: true },
    axis: { title: 'AUROC', format: '.2f' },
  };
  const color = {
    field: 'metric',
    type: 'nominal',
    scale: { domain: Object.keys(METRIC_COLOURS), range: Object.values(METRIC_COLOURS) },
    legend: { title: null, orient: 'top', symbolType: 'circle', symbolOpacity: 1 },
  };
  const layer = (name: string, mark: object): object => ({ data: { name }, mark, encoding: { x, y, color } });
  return {
    layer: [
      { data: { name: 'chosen' }, mark: { type: 'rule', strokeWidth: 1.5, strokeDash: [4, 3] }, encoding: { x } },
      layer('preview', { type: 'line', strokeDash: [3, 3], strokeWidth: 1.5, interpolate: 'monotone' }),
      layer('exact', { type: 'line', strokeWidth: 2, point: { size: 26, filled: true } }),
      layer('points', { type: 'point', shape: 'diamond', size: 110, filled: true, opacity: 1 }),
      layer('now', { type: 'point', size: 70, strokeWidth: 2, filled: false, opacity: 1 }),
    ],
  } as unknown as TopLevelSpec;
}
