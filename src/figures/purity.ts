import type { TopLevelSpec } from 'vega-lite';
import type { PurityRow } from '../analysis/purity.js';

/** Defect share of a coreset along its picks, a line a method. @param base defect share of all patches, drawn dashed. */
export function purityChart(rows: readonly PurityRow[], base: number): TopLevelSpec {
  const domain = [...new Set(rows.map(({ method }) => method))];
  const y = { type: 'quantitative', axis: { title: 'defect share of the bank', format: '.1%', tickCount: 5 } };
  const legend = { title: null, orient: 'bottom', symbolOpacity: 1 };
  return {
    width: 260,
    height: 130,
    layer: [
      {
        data: { values: [{ base }] },
        mark: { type: 'rule', strokeDash: [3, 3], color: '#888' },
        encoding: { y: { ...y, field: 'base' } },
      },
      {
        data: { values: [...rows] },
        mark: { type: 'line', strokeWidth: 1.4 },
        encoding: {
          x: { field: 'picked', type: 'quantitative', axis: { title: 'patches picked so far' } },
          y: { ...y, field: 'share' },
          color: { field: 'method', type: 'nominal', scale: { domain }, legend },
          strokeDash: { field: 'method', type: 'nominal', scale: { domain }, legend },
        },
      },
    ],
  } as unknown as TopLevelSpec;
}
