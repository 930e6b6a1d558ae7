import type { TopLevelSpec } from 'vega-lite';

/** Seconds of a stage at a number of patches. */
export interface GrowthRow {
  stage: string;
  patches: number;
  seconds: number;
}

/** How the cost of each stage grows with the number of training patches, both axes logarithmic, one line a stage. */
export function growthChart(rows: readonly GrowthRow[]): TopLevelSpec {
  const legend = { title: null, orient: 'right', symbolOpacity: 1, symbolSize: 40 } as const;
  const stages = [...new Set(rows.map(({ stage }) => stage))];
  return {
    data: { values: [...rows] },
    width: 300,
    height: 180,
    mark: { type: 'line', point: { filled: true, size: 28 }, strokeWidth: 1.2 },
    encoding: {
      x: {
        field: 'patches',
        type: 'quantitative',
        scale: { type: 'log', nice: false, padding: 8 },
        axis: { title: 'training patches', values: [25000, 50000, 100000, 200000, 350000], format: '~s' },
      },
      y: {
        field: 'seconds',
        type: 'quantitative',
        scale: { type: 'log' },
        axis: { title: 'seconds', values: [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100], format: '~g' },
      },
      color: { field: 'stage', type: 'nominal', scale: { domain: stages }, legend },
      shape: { field: 'stage', type: 'nominal', scale: { domain: stages }, legend },
    },
  };
}
