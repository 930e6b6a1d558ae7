import type { TopLevelSpec } from 'vega-lite';
import { KIND_COLOURS } from '../colours.js';

/**
 * Image scores as ticks by what the detector could know of the image; right of the rule an image counts as anomalous.
 * Data sets `scores` of `ScoreRow`, `threshold` of `{ score }`.
 */
export function scoresView(): TopLevelSpec {
  const kinds = Object.keys(KIND_COLOURS);
  const x = {
    field: 'score',
    type: 'quantitative',
    scale: { zero: false, nice: false, padding: 6 },
    axis: { title: 'image score' },
  };
  return {
    layer: [
      {
        data: { name: 'scores' },
        mark: { type: 'tick', thickness: 1.6, opacity: 0.8, bandSize: 26 },
        encoding: {
          x,
          y: { field: 'kind', type: 'nominal', scale: { domain: kinds }, axis: { title: null } },
          color: {
            field: 'kind',
            type: 'nominal',
            scale: { domain: kinds, range: Object.values(KIND_COLOURS) },
            legend: null,
          },
        },
      },
      { data: { name: 'threshold' }, mark: { type: 'rule', strokeWidth: 2 }, encoding: { x } },
    ],
  } as unknown as TopLevelSpec;
}
