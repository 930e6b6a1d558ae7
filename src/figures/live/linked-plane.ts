import type { TopLevelSpec } from 'vega-lite';
import type { PatchOrigin } from '../../analysis/weight-histogram.js';
import { ORIGIN_COLOURS } from '../colours.js';

/** A row of a coreset in the plane, with the weight of its patch. */
export interface PlanePoint {
  x: number;
  y: number;
  weight: number;
  from: PatchOrigin;
  image: string;
}

/**
 * A coreset in the plane beside the weights of its rows: what is chosen with the mouse in one is the same rows in the other, counted by
 * origin below. All data are in the chart.
 */
export function linkedPlaneChart(rows: readonly PlanePoint[]): TopLevelSpec {
  const origins = Object.keys(ORIGIN_COLOURS).filter((name) => rows.some(({ from }) => from === name));
  const scale = { domain: origins, range: origins.map((name) => ORIGIN_COLOURS[name as PatchOrigin]) };
  const color = { field: 'from', type: 'nominal', scale, legend: null };
  const both = { and: [{ param: 'plane' }, { param: 'weights' }] };
  const opacity = { condition: { test: both, value: 0.9 }, value: 0.08 };
  const tooltip = [{ field: 'image' }, { field: 'from' }, { field: 'weight', format: '.3f' }];
  const place = (field: string): object => ({
    field,
    type: 'quantitative',
    axis: null,
    scale: { zero: false, padding: 6 },
  });
  const from = { field: 'from', type: 'nominal', sort: origins, axis: { title: null } };
  const test = { filter: both };
  return {
    data: { values: [...rows] },
    spacing: 12,
    hconcat: [
      {
        width: 190,
        height: 180,
        params: [{ name: 'plane', select: { type: 'interval' } }],
        mark: { type: 'point', filled: true, size: 16 },
        encoding: { x: place('x'), y: place('y'), color, opacity, tooltip },
      },
      {
        spacing: 8,
        vconcat: [
          {
            width: 220,
            height: { step: 32 },
            params: [{ name: 'weights', select: { type: 'interval', encodings: ['x'] } }],
            mark: { type: 'tick', thickness: 1.2 },
            encoding: {
              x: {
                field: 'weight',
                type: 'quantitative',
                scale: { zero: false, padding: 4 },
                axis: { title: 'weight of the patch', tickCount: 5 },
              },
              y: from,
              color,
              opacity,
              tooltip,
            },
          },
          {
            width: 220,
            height: { step: 14 },
            transform: [test],
            mark: { type: 'text', align: 'left', fontSize: 9 },
            encoding: { x: { value: 2 }, y: from, text: { aggregate: 'count', type: 'quantitative' }, color },
          },
        ],
      },
    ],
  } as unknown as TopLevelSpec;
}
