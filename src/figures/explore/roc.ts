import type { TopLevelSpec } from 'vega-lite';
import { METRIC_COLOURS } from './metrics.js';

/** The ROC curve of images with the decision's point. Data sets `curve` and `now` of `{ falseAlarmRate, found }`. */
export function rocView(): TopLevelSpec {
  const unit = { domain: [0, 1], nice: false };
  const x = {
    field: 'falseAlarmRate',
    type: 'quantitative',
    scale: unit,
    axis: { title: 'false alarms', format: '.0%' },
  };
  const y = { field: 'found', type: 'quantitative', scale: unit, axis: { title: 'defects found', format: '.0%' } };
  return {
    layer: [
      {
        data: {
          name: 'chance',
          values: [
            { falseAlarmRate: 0, found: 0 },
            { falseAlarmRate: 1, found: 1 },
          ],
        },
        mark: { type: 'line', strokeDash: [3, 3], strokeWidth: 1, color: '#999' },
        encoding: { x, y },
      },
      {
        data: { name: 'curve' },
        mark: { type: 'line', strokeWidth: 2, color: METRIC_COLOURS.image },
        encoding: { x, y, order: { field: 'at', type: 'quantitative' } },
      },
      {
        data: { name: 'now' },
        mark: { type: 'point', size: 90, strokeWidth: 2.5, filled: false, opacity: 1, color: '#D55E00' },
        encoding: { x, y },
      },
    ],
  } as unknown as TopLevelSpec;
}
