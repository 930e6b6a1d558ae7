import type { TopLevelSpec } from 'vega-lite';

/** A point of a sweep over τ. */
export interface SweepCurveRow {
  tau: number;
  image: number | null;
  pixel: number | null;
}

/**
 * Image and pixel AUROC over τ.
 * @param chosen a τ to mark, e.g. the paper's 0.15. @param preview an approximation to compare with, drawn thin and dashed.
 */
export function sweepChart(
  rows: readonly SweepCurveRow[],
  chosen?: number,
  preview: readonly SweepCurveRow[] = [],
): TopLevelSpec {
  const long = (own: readonly SweepCurveRow[]): object[] =>
    own
      .flatMap(({ tau, image, pixel }) => [
        { tau, metric: 'image AUROC', auroc: image },
        { tau, metric: 'pixel AUROC', auroc: pixel },
      ])
      .filter(({ auroc }) => auroc !== null);
  const domain = ['image AUROC', 'pixel AUROC'];
  const legend = { title: null, orient: 'bottom', symbolOpacity: 1, symbolSize: 36 } as const;
  const x = {
    field: 'tau',
    type: 'quantitative',
    axis: { title: 'τ, share of patches removed', format: '~g' },
  } as const;
  const rule = {
    data: { values: [{ tau: chosen }] },
    mark: { type: 'rule', strokeDash: [3, 3], color: '#888' },
    encoding: { x },
  };
  const y = {
    field: 'auroc',
    type: 'quantitative',
    scale: { zero: false },
    axis: { title: 'AUROC', format: '.2f', tickCount: 5 },
  } as const;
  const color = { field: 'metric', type: 'nominal', scale: { domain }, legend } as const;
  const shape = { field: 'metric', type: 'nominal', scale: { domain }, legend } as const;
  const approximation = {
    data: { values: long(preview) },
    mark: { type: 'line', strokeWidth: 0.8, strokeDash: [2, 2] },
    encoding: { x, y, color },
  };
  return {
    width: 240,
    height: 130,
    layer: [
      ...(chosen === undefined ? [] : [rule]),
      ...(preview.length > 0 ? [approximation] : []),
      {
        data: { values: long(rows) },
        mark: { type: 'line', strokeWidth: 1.2, point: { filled: true, size: 24 } },
        encoding: { x, y, color, shape },
      },
    ],
  } as TopLevelSpec;
}
