import type { TopLevelSpec } from 'vega-lite';
import type { CellResult } from '../../experiment/paper/cell-file.js';
import { paperSystem } from '../../experiment/paper/paper-systems.js';
import { PUBLISHED_SECONDS } from '../../experiment/paper/published.js';

/** A part of a bar. */
export interface TimingRow {
  phase: string;
  bar: string;
  stage: string;
  seconds: number;
}

const STAGES = ['features', 'filter', 'denoise', 'coreset', 'fit', 'search', 'map', 'whole (paper, RTX TITAN)'];

/** What Table 8's chart draws: our stages, and the paper's totals. */
export function timingRows(results: readonly CellResult[]): TimingRow[] {
  const rows: TimingRow[] = [];
  for (const { cell, timing } of results) {
    if (!timing) continue;
    const label = paperSystem(cell.system).label;
    for (const [phase, stages] of [
      ['training', timing.train],
      ['inference', timing.infer],
    ] as const) {
      for (const [stage, seconds] of Object.entries(stages)) {
        if (seconds > 0) rows.push({ phase, bar: `${label}, ${cell.category}`, stage, seconds });
      }
    }
  }
  for (const { system, train, infer } of PUBLISHED_SECONDS) {
    const bar = `${paperSystem(system).label}, paper`;
    rows.push({ phase: 'training', bar, stage: STAGES.at(-1)!, seconds: train });
    rows.push({ phase: 'inference', bar, stage: STAGES.at(-1)!, seconds: infer });
  }
  return rows;
}

/** Seconds of each stage as stacked bars, training and inference side by side. */
export function timingChart(rows: readonly TimingRow[]): TopLevelSpec {
  const stages = STAGES.filter((stage) => rows.some((row) => row.stage === stage));
  const bars = [...new Set(rows.map(({ bar }) => bar))];
  return {
    data: { values: rows.map((row) => ({ ...row, order: STAGES.indexOf(row.stage) })) },
    facet: { column: { field: 'phase', sort: ['training', 'inference'], header: { title: null, labelFontSize: 9 } } },
    spacing: 14,
    spec: {
      width: 165,
      height: { step: 15 },
      mark: { type: 'bar' },
      encoding: {
        x: { field: 'seconds', type: 'quantitative', axis: { title: 'seconds', tickCount: 5 } },
        y: { field: 'bar', type: 'nominal', sort: bars, axis: { title: null, labelLimit: 200 } },
        color: {
          field: 'stage',
          type: 'nominal',
          scale: {
            domain: stages,
            range: ['#0072B2', '#CC79A7', '#E69F00', '#D55E00', '#F0E442', '#009E73', '#56B4E9', '#999999']
              .slice(0, stages.length - 1)
              .concat('#bbbbbb'),
          },
          legend: { title: null, orient: 'bottom', columns: 4 },
        },
        order: { field: 'order', type: 'quantitative' },
      },
    },
  } as TopLevelSpec;
}
