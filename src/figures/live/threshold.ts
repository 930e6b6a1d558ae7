import type { TopLevelSpec } from 'vega-lite';
import { KIND_COLOURS } from '../colours.js';
import type { ScoreRow } from '../score-strip.js';
import { choice, slider } from './slider.js';

/**
 * Scores of one method with a slider for the decision threshold, and what it gets wrong: nominal images beyond it are false alarms, defects
 * short of it misses. Scores are relative to the largest of their method. All data are in the chart.
 * @param threshold where the slider stands at first, in 0…1.
 */
export function thresholdChart(rows: readonly ScoreRow[], threshold = 0.3): TopLevelSpec {
  const methods = [...new Set(rows.map(({ method }) => method))];
  const kinds = Object.keys(KIND_COLOURS);
  const values = rows.map((row) => {
    const largest = Math.max(...rows.filter(({ method }) => method === row.method).map(({ score }) => score));
    return { ...row, share: largest > 0 ? row.score / largest : 0 };
  });
  const y = { field: 'kind', type: 'nominal', sort: kinds, axis: { title: null } };
  const color = {
    field: 'kind',
    type: 'nominal',
    scale: { domain: kinds, range: Object.values(KIND_COLOURS) },
    legend: null,
  };
  const chosen = { filter: 'datum.method === method' };
  const x = {
    field: 'share',
    type: 'quantitative',
    scale: { domain: [0, 1] },
    axis: { title: 'image score, of the largest', format: '.0%', tickCount: 5 },
  };
  return {
    params: [
      choice('method', 'method', methods[0], methods),
      slider('threshold', 'threshold', threshold, [0, 1, 0.005]),
    ],
    data: { values },
    spacing: 12,
    hconcat: [
      {
        width: 250,
        height: { step: 20 },
        layer: [
          { transform: [chosen], mark: { type: 'tick', thickness: 1.4 }, encoding: { x, y, color } },
          {
            data: { values: [{}] },
            mark: { type: 'rule', strokeDash: [3, 3], color: '#222' },
            transform: [{ calculate: 'threshold', as: 'share' }],
            encoding: { x },
          },
        ],
      },
      {
        width: 120,
        height: { step: 20 },
        transform: [
          chosen,
          { calculate: "(datum.kind === 'nominal') === (datum.share > threshold) ? 1 : 0", as: 'wrong' },
          {
            aggregate: [
              { op: 'sum', field: 'wrong', as: 'wrong' },
              { op: 'count', as: 'images' },
            ],
            groupby: ['kind'],
          },
          {
            calculate: "datum.wrong + ' of ' + datum.images + (datum.kind === 'nominal' ? ' false alarms' : ' missed')",
            as: 'text',
          },
        ],
        mark: { type: 'text', fontSize: 9, align: 'left' },
        encoding: { x: { value: 4 }, y: { ...y, axis: null }, text: { field: 'text' }, color },
      },
    ],
  } as unknown as TopLevelSpec;
}
