import type { TopLevelSpec } from 'vega-lite';
import { ORIGIN_COLOURS } from '../colours.js';

/** A row of the bank in the plane. */
export interface CoresetRow {
  x: number;
  y: number;
  from: keyof typeof ORIGIN_COLOURS;
  /** Whether the chosen cut removes or doubts it. */
  removed: 'kept' | 'removed';
}

/**
 * The bank in the plane, coloured by where rows come from; what the cut removes is hollow. Data set `rows` of {@link CoresetRow},
 * drawn in their order.
 */
export function coresetView(): TopLevelSpec {
  const scale = { domain: Object.keys(ORIGIN_COLOURS), range: Object.values(ORIGIN_COLOURS) };
  const plane = (field: string): object => ({
    field,
    type: 'quantitative',
    scale: { nice: false, padding: 6 },
    axis: null,
  });
  const legend = { title: null, orient: 'top', symbolType: 'circle', symbolOpacity: 1 };
  const removed = "datum.removed === 'removed'";
  return {
    data: { name: 'rows' },
    mark: { type: 'point', size: 26, strokeWidth: 1 },
    encoding: {
      x: plane('x'),
      y: plane('y'),
      fill: { field: 'from', type: 'nominal', scale, legend },
      stroke: { field: 'from', type: 'nominal', scale, legend },
      fillOpacity: { condition: { test: removed, value: 0 }, value: 0.85 },
      strokeOpacity: { condition: { test: removed, value: 0.6 }, value: 0 },
    },
  } as unknown as TopLevelSpec;
}
