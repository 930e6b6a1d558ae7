import type { TopLevelSpec } from 'vega-lite';
import type { RemovalRow } from '../../analysis/removal-by-tau.js';
import type { WeightBin } from '../../analysis/weight-histogram.js';
import { ORIGIN_COLOURS } from '../colours.js';
import { atSlider, slider } from './slider.js';

/**
 * Weights by origin with a slider for τ: the cut moves, and below it stands how many patches of each origin are removed. All data are in
 * the chart. @param removals of every method at each hundredth of τ that the slider reaches. @param tau where it stands at first.
 */
export function tauWeightChart(bins: readonly WeightBin[], removals: readonly RemovalRow[], tau = 0.15): TopLevelSpec {
  const methods = [...new Set(bins.map(({ method }) => method))];
  const origins = Object.keys(ORIGIN_COLOURS).filter((name) => bins.some(({ from }) => from === name));
  const range = origins.map((name) => ORIGIN_COLOURS[name as WeightBin['from']]);
  const scale = { domain: origins, range };
  const color = { field: 'from', type: 'nominal', scale, legend: null };
  const weight = {
    field: 'weight',
    type: 'quantitative',
    scale: { zero: false },
    axis: { title: 'weight', tickCount: 5 },
  };
  const share = { title: 'share of patches', format: '.0%', tickCount: 4 };
  const last = Math.max(...removals.map((row) => row.tau));
  return {
    params: [slider('tau', 'τ', tau, [0, last, 0.01])],
    spacing: 12,
    hconcat: methods.map((method, m) => {
      const own = removals.filter((row) => row.method === method);
      const at = { data: { values: own }, transform: [atSlider('tau', 'tau')] };
      const y = { field: 'from', type: 'nominal', sort: origins, axis: m === 0 ? { title: null } : null };
      return {
        title: { text: method, fontSize: 9, fontWeight: 'normal', anchor: 'middle' },
        spacing: 6,
        vconcat: [
          {
            width: 150,
            height: 95,
            layer: [
              {
                data: { values: bins.filter((row) => row.method === method) },
                mark: { type: 'line', interpolate: 'step', strokeWidth: 1.2 },
                encoding: {
                  x: weight,
                  y: { field: 'share', type: 'quantitative', axis: { ...share, title: m === 0 ? share.title : null } },
                  color,
                },
              },
              {
                ...at,
                mark: { type: 'rule', strokeDash: [2, 2], color: '#222' },
                encoding: { x: { ...weight, field: 'cut' } },
              },
            ],
          },
          {
            ...at,
            transform: [
              ...at.transform,
              { calculate: 'datum.removed / datum.patches', as: 'share' },
              { calculate: "datum.removed + ' of ' + datum.patches", as: 'count' },
            ],
            width: 150,
            height: { step: 13 },
            layer: [
              {
                mark: { type: 'bar', opacity: 0.55 },
                encoding: {
                  x: {
                    field: 'share',
                    type: 'quantitative',
                    scale: { domain: [0, 1] },
                    axis: { title: 'share removed', format: '.0%', tickCount: 3 },
                  },
                  y,
                  color,
                },
              },
              {
                mark: { type: 'text', align: 'left', fontSize: 8, dx: 2 },
                encoding: { x: { datum: 0, type: 'quantitative' }, y, text: { field: 'count' } },
              },
            ],
          },
        ],
      };
    }),
  } as unknown as TopLevelSpec;
}
