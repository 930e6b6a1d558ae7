import type { TopLevelSpec } from 'vega-lite';
import { groupStatistics } from '../figures/danfo.js';
import type { CellResult } from './cell-file.js';
import { TREND_SYSTEMS } from './grid.js';
import { resultRows, settingName } from './result-rows.js';
import { paperSystem } from './systems.js';

/** A point of a curve: mean over draws with one deviation either way. */
export interface TrendRow {
  category: string;
  metric: string;
  system: string;
  noise: number;
  mean: number;
  low: number;
  high: number;
}

const METRICS = { image: 'image AUROC', pixel: 'pixel AUROC' } as const;

/** What Figure 6 (no overlap) or 7 (overlap) draws. */
export async function trendRows(results: readonly CellResult[], overlap: boolean): Promise<TrendRow[]> {
  const wanted = resultRows(results)
    .filter(
      ({ setting, noise, system }) =>
        TREND_SYSTEMS.includes(system) && (setting === settingName(overlap) || noise === 0),
    )
    .map((row) => ({ ...row, noise: String(row.noise) }));
  const rows: TrendRow[] = [];
  for (const [metric, name] of Object.entries(METRICS)) {
    for (const { group, mean, deviation } of await groupStatistics(wanted, ['category', 'system', 'noise'], metric)) {
      const { category, system, noise } = group;
      const spread = deviation ?? 0;
      rows.push({
        category,
        metric: name,
        system: paperSystem(system).label,
        noise: Number(noise),
        mean,
        low: mean - spread,
        high: Math.min(1, mean + spread),
      });
    }
  }
  return rows.sort(
    (a, b) => a.category.localeCompare(b.category) || a.system.localeCompare(b.system) || a.noise - b.noise,
  );
}

/** What a trend chart shows where it is not the paper's. */
export interface TrendView {
  /** Labels of lines in their order, the solid one first. Default: the paper's four and witness. */
  systems?: readonly string[];
  /** Noise ratios at the axis. Default: 0 to 0.15. */
  ticks?: readonly number[];
}

const LINES = ['softpatch-lof', 'patchcore', 'cflow', 'padim-star', 'witness'].map((name) => paperSystem(name).label);

/** AUROC against noise, a row a category, a column a metric, a line a system: ours solid, baselines dashed, each its own marker. */
export function trendChart(
  rows: readonly TrendRow[],
  { systems: lines = LINES, ticks = [0, 0.05, 0.1, 0.15] }: TrendView = {},
): TopLevelSpec {
  const present = new Set(rows.map(({ system }) => system));
  const systems = lines.filter((label) => present.has(label));
  const legend = { title: null, orient: 'bottom', columns: 5, symbolOpacity: 1, symbolSize: 36 } as const;
  const color = { field: 'system', type: 'nominal', scale: { domain: systems }, legend } as const;
  const shape = { field: 'system', type: 'nominal', scale: { domain: systems }, legend } as const;
  const x = {
    field: 'noise',
    type: 'quantitative',
    scale: { nice: false, padding: 5 },
    axis: { title: 'noise ratio r', values: [...ticks], format: '.2~f' },
  } as const;
  const y = { field: 'mean', type: 'quantitative', scale: { zero: false, nice: true } } as const;
  const axis = { title: null, tickCount: 5, format: '.2f' } as const;
  return {
    data: { values: [...rows] },
    facet: {
      row: { field: 'category', header: { title: null, labelOrient: 'right', labelFontSize: 9 } },
      column: { field: 'metric', header: { title: null, labelFontSize: 9 } },
    },
    spacing: 12,
    spec: {
      width: 165,
      height: 105,
      layer: [
        {
          mark: { type: 'area', opacity: 0.15 },
          encoding: { x, y: { ...y, field: 'low', axis }, y2: { field: 'high' }, color },
        },
        {
          mark: { type: 'line', strokeWidth: 1.2 },
          encoding: {
            x,
            y: { ...y, axis },
            color,
            strokeDash: { condition: { test: `datum.system === '${systems[0]}'`, value: [1, 0] }, value: [4, 2] },
          },
        },
        {
          mark: { type: 'point', filled: true, size: 22, opacity: 1 },
          encoding: { x, y: { ...y, axis }, color, shape },
        },
      ],
    },
  } as unknown as TopLevelSpec;
}
