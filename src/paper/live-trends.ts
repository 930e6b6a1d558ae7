import type { TopLevelSpec } from 'vega-lite';
import { atSlider, slider } from '../figures/live/slider.js';
import type { TrendRow } from './trends.js';

/**
 * AUROC against noise with a slider for r that lines the systems up beside the curves; a click on the legend shows one system alone.
 * The slider moves in hundredths and takes the nearest r there is. All data are in the chart.
 */
export function liveTrendChart(rows: readonly TrendRow[], r = 0.1): TopLevelSpec {
  const systems = [...new Set(rows.map(({ system }) => system))];
  const noises = [...new Set(rows.map(({ noise }) => noise))].sort((a, b) => a - b);
  const largest = noises[noises.length - 1];
  // Each hundredth of r shows the measured r that is nearest to it.
  const hundredths = Array.from({ length: Math.round(100 * largest) + 1 }, (_, i) => i / 100);
  const nearest = (at: number): number => noises.reduce((a, b) => (Math.abs(b - at) < Math.abs(a - at) ? b : a));
  const atR = hundredths.flatMap((at) =>
    rows.filter(({ noise }) => noise === nearest(at)).map((row) => ({ ...row, at })),
  );
  const levels = [...new Set(rows.map(({ metric }) => metric))];
  const legend = { title: null, orient: 'bottom', symbolOpacity: 1 };
  const color = { field: 'system', type: 'nominal', scale: { domain: systems }, legend };
  const opacity = { condition: { param: 'system', value: 1 }, value: 0.12 };
  const low = Math.min(...rows.map((row) => row.low));
  const scale = { domain: [Math.floor(20 * low) / 20, 1] };
  const auroc = { field: 'mean', type: 'quantitative', scale, axis: { title: null, tickCount: 5, format: '.2f' } };
  return {
    params: [slider('r', 'r', r, [0, largest, 0.01])],
    spacing: 14,
    vconcat: levels.map((level, l) => ({
      spacing: 14,
      title: { text: level, fontSize: 9, fontWeight: 'normal' },
      hconcat: [
        {
          width: 190,
          height: 100,
          layer: [
            {
              data: { values: rows.filter(({ metric }) => metric === level) },
              params:
                l === 0 ? [{ name: 'system', select: { type: 'point', fields: ['system'] }, bind: 'legend' }] : [],
              mark: { type: 'line', strokeWidth: 1.2, point: { filled: true, size: 20 } },
              encoding: {
                x: {
                  field: 'noise',
                  type: 'quantitative',
                  axis: { title: 'noise ratio r', format: '.2~f', tickCount: 4 },
                },
                y: auroc,
                color,
                opacity,
              },
            },
            {
              data: { values: atR.filter(({ metric, system }) => metric === level && system === systems[0]) },
              transform: [atSlider('at', 'r')],
              mark: { type: 'rule', strokeDash: [3, 3], color: '#888' },
              encoding: { x: { field: 'noise', type: 'quantitative' } },
            },
          ],
        },
        {
          width: 150,
          height: 100,
          data: { values: atR.filter(({ metric }) => metric === level) },
          transform: [atSlider('at', 'r'), { calculate: "format(datum.mean, '.3f')", as: 'text' }],
          encoding: { y: { field: 'system', type: 'nominal', sort: systems, axis: { title: null } }, color, opacity },
          layer: [
            { mark: { type: 'bar', height: 4 }, encoding: { x: auroc, x2: { datum: scale.domain[0] } } },
            {
              mark: { type: 'text', align: 'left', dx: 4, fontSize: 8 },
              encoding: { x: auroc, text: { field: 'text' } },
            },
          ],
        },
      ],
    })),
  } as unknown as TopLevelSpec;
}
