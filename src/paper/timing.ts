import type { TopLevelSpec } from 'vega-lite';
import type { CellResult } from './cell-file.js';
import { TIMED_SYSTEMS } from './grid.js';
import { PUBLISHED_SECONDS } from './published.js';
import { paperSystem } from './systems.js';

/** A part of a bar. */
export interface TimingRow {
  phase: string;
  bar: string;
  stage: string;
  seconds: number;
}

const STAGES = ['features', 'filter', 'denoise', 'coreset', 'fit', 'search', 'map', 'whole run (paper)'];
const COLOURS = ['#0072B2', '#CC79A7', '#E69F00', '#D55E00', '#56B4E9', '#F0E442', '#009E73', '#bbbbbb'];

/** Timed cells, category by category in the paper's order of systems. */
export function timedCells(results: readonly CellResult[]): CellResult[] {
  const order = ({ cell }: CellResult): number => TIMED_SYSTEMS.indexOf(cell.system);
  return results
    .filter(({ timing }) => timing)
    .sort((a, b) => a.cell.category.localeCompare(b.cell.category) || order(a) - order(b));
}

/** What Table 8's chart draws: our stages, and the paper's totals. */
export function timingRows(results: readonly CellResult[]): TimingRow[] {
  const rows: TimingRow[] = [];
  for (const { cell, timing } of timedCells(results)) {
    const label = paperSystem(cell.system).label;
    for (const [phase, stages] of [
      ['training', timing!.train],
      ['inference', timing!.infer],
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
      width: 118,
      height: { step: 14 },
      mark: { type: 'bar' },
      encoding: {
        x: { field: 'seconds', type: 'quantitative', axis: { title: 'seconds', tickCount: 4 } },
        y: { field: 'bar', type: 'nominal', sort: bars, axis: { title: null, labelLimit: 200 } },
        color: {
          field: 'stage',
          type: 'nominal',
          scale: {
            domain: stages,
            range: stages.map((stage) => COLOURS[STAGES.indexOf(stage)]),
          },
          legend: { title: null, orient: 'bottom', columns: 4 },
        },
        order: { field: 'order', type: 'quantitative' },
      },
    },
  } as TopLevelSpec;
}
