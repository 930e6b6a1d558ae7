import type { TopLevelSpec } from 'vega-lite';
import { ORIGIN_COLOURS } from '../colours.js';

/**
 * Weights of training patches by where they come from, each origin summing to 1; right of the rule patches are removed or doubted.
 * Data sets `bins` of `WeightBin`, `cut` of `{ weight }`.
 */
export function weightsView(): TopLevelSpec {
  const x = { field: 'weight', type: 'quantitative', scale: { zero: false, nice: false }, axis: { title: 'weight' } };
  const origins = Object.keys(ORIGIN_COLOURS);
  const color = {
    field: 'from',
    type: 'nominal',
    scale: { domain: origins, range: Object.values(ORIGIN_COLOURS) },
    legend: { title: null, orient: 'top', symbolType: 'circle', symbolOpacity: 1 },
  };
  return {
    layer: [
      {
        data: { name: 'bins' },
        mark: { type: 'area', interpolate: 'step', line: { strokeWidth: 1.5 }, fillOpacity: 0.14 },
        encoding: {
          x,
          y: { field: 'share', type: 'quantitative', stack: null, axis: { title: 'share of patches', format: '.0%' } },
          color,
        },
      },
      { data: { name: 'cut' }, mark: { type: 'rule', strokeWidth: 1.5, strokeDash: [4, 3] }, encoding: { x } },
    ],
  } as unknown as TopLevelSpec;
}
