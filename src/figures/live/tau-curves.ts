import type { TopLevelSpec } from 'vega-lite';
import { atSlider, choice, slider } from './slider.js';

/** A method's figures at one τ and one k. */
export interface TauPoint {
  k: number;
  tau: number;
  image: number | null;
  pixel: number | null;
  /** Shares in 0…1; null where nothing is removed. */
  recall: number | null;
  precision: number | null;
}

/**
 * AUROC over τ for one of several k, with a slider for τ that reads off the curves. All data are in the chart.
 * @param rows at each hundredth of τ that the slider reaches. @param step between them.
 */
export function tauCurveChart(rows: readonly TauPoint[], step = 0.02, tau = 0.14): TopLevelSpec {
  const ks = [...new Set(rows.map(({ k }) => k))];
  const levels = ['image AUROC', 'pixel AUROC'];
  const values = rows.flatMap(({ image, pixel, ...row }) => [
    { ...row, level: levels[0], auroc: image },
    { ...row, level: levels[1], auroc: pixel },
  ]);
  const x = { field: 'tau', type: 'quantitative', axis: { title: 'τ, share of patches removed', format: '~g' } };
  const y = { field: 'auroc', type: 'quantitative', scale: { zero: false }, axis: { title: 'AUROC', format: '.2f' } };
  const legend = { title: null, orient: 'bottom', symbolOpacity: 1 };
  const color = { field: 'level', type: 'nominal', scale: { domain: levels }, legend };
  const chosen = { filter: 'datum.k === k' };
  const here = [chosen, atSlider('tau', 'tau')];
  const share = (field: string): string => `(isValid(datum.${field}) ? format(datum.${field}, '.1%') : '–')`;
  return {
    params: [
      choice('k', 'neighbours k', ks.includes(6) ? 6 : ks[0], ks),
      slider('tau', 'τ', tau, [0, Math.max(...rows.map((row) => row.tau)), step]),
    ],
    data: { values },
    spacing: 4,
    vconcat: [
      {
        width: 260,
        height: 130,
        layer: [
          { transform: [chosen], mark: { type: 'line', strokeWidth: 1.2 }, encoding: { x, y, color } },
          { transform: here, mark: { type: 'rule', strokeDash: [3, 3], color: '#888' }, encoding: { x } },
          { transform: here, mark: { type: 'point', filled: true, size: 36, opacity: 1 }, encoding: { x, y, color } },
          {
            transform: [...here, { calculate: "format(datum.auroc, '.3f')", as: 'text' }],
            mark: { type: 'text', align: 'left', dx: 6, dy: -6, fontSize: 9 },
            encoding: { x, y, color, text: { field: 'text' } },
          },
        ],
      },
      {
        width: 260,
        height: 12,
        transform: [
          ...here,
          { filter: `datum.level === '${levels[0]}'` },
          {
            calculate: `'removed: ' + ${share('recall')} + ' of the defect patches; ' + ${share('precision')} + ' of what is removed is defective'`,
            as: 'text',
          },
        ],
        mark: { type: 'text', align: 'left', fontSize: 9 },
        encoding: { x: { value: 0 }, text: { field: 'text' } },
      },
    ],
  } as unknown as TopLevelSpec;
}
