import type { TopLevelSpec } from 'vega-lite';
import type { WeightBin } from '../analysis/weight-histogram.js';
import { ORIGIN_COLOURS } from './colours.js';

/**
 * Outlier weights by where a patch comes from, a panel a method; each origin sums to 1, so that a handful of defect patches
 * shows beside thousands of nominal ones.
 * @param cuts the threshold of each method, drawn as a dashed line: what lies right of it is removed.
 */
export function weightChart(rows: readonly WeightBin[], cuts: Readonly<Record<string, number>>): TopLevelSpec {
  const methods = [...new Set(rows.map(({ method }) => method))];
  const origins = Object.keys(ORIGIN_COLOURS).filter((name) => rows.some(({ from }) => from === name));
  const range = origins.map((name) => ORIGIN_COLOURS[name as WeightBin['from']]);
  const legend = { title: null, orient: 'bottom', symbolOpacity: 1, symbolType: 'square' } as const;
  const color = { field: 'from', type: 'nominal', scale: { domain: origins, range }, legend };
  const x = { field: 'weight', type: 'quantitative', scale: { zero: false }, axis: { title: 'weight', tickCount: 5 } };
  const shares = { title: 'share of patches', format: '.0%', tickCount: 4 };
  return {
    spacing: 12,
    resolve: { scale: { y: 'shared' } },
    hconcat: methods.map((method, m) => ({
      title: { text: method, fontSize: 9, fontWeight: 'normal', anchor: 'middle' },
      width: 140,
      height: 95,
      layer: [
        {
          data: { values: rows.filter((row) => row.method === method) },
          mark: { type: 'line', interpolate: 'step', strokeWidth: 1.2 },
          encoding: {
            x,
            y: { field: 'share', type: 'quantitative', axis: { ...shares, title: m === 0 ? shares.title : null } },
            color,
            strokeDash: {
              condition: { test: "datum.from === 'noise image'", value: [4, 2] },
              value: [1, 0],
            },
          },
        },
        {
          data: { values: [{ weight: cuts[method] }] },
          mark: { type: 'rule', strokeDash: [2, 2], color: '#222' },
          encoding: { x },
        },
      ],
    })),
  } as unknown as TopLevelSpec;
}
