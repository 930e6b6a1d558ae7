import type { TopLevelSpec } from 'vega-lite';
import { ORIGIN_COLOURS } from '../figures/colours.js';
import type { CellResult } from './cell-file.js';
import { CORESET_SYSTEMS } from './grid.js';
import { paperSystem } from './systems.js';

/** A drawn coreset row. */
export interface CoresetRow {
  panel: string;
  x: number;
  y: number;
  from: string;
}

/** Names of the classes: drawn in this order, so noise is never hidden. */
const CLASSES = { nominal: 'nominal image', noise: 'noise image', defect: 'defect patch' } as const;

/**
 * What Figure 5 draws for a category: panels named by system and the share of the coreset that comes from noise.
 * @param byMask tell defect patches by mask apart from the rest of a noise image.
 */
export function coresetRows(results: readonly CellResult[], byMask = false): CoresetRow[] {
  const percent = (share: number | null): string => (share === null ? '–' : `${(100 * share).toFixed(1)} %`);
  return CORESET_SYSTEMS.flatMap((system) =>
    results
      .filter(({ cell, coreset }) => coreset && cell.system === system)
      .flatMap(({ coreset }) => {
        const { noiseShare, defectShare, points } = coreset!;
        const panel = `${paperSystem(system).label}: ${percent(noiseShare)} noise, ${percent(defectShare)} defects`;
        return points.map(({ x, y, from }) => ({
          panel,
          x,
          y,
          from: CLASSES[byMask ? from : from === 'defect' ? 'noise' : from],
        }));
      }),
  );
}

/** Coresets side by side, points coloured by provenance; every panel has its own scale, axes mean nothing in t-SNE. */
export function coresetChart(rows: readonly CoresetRow[]): TopLevelSpec {
  const classes = Object.values(CLASSES).filter((name) => rows.some(({ from }) => from === name));
  const shapes = { 'nominal image': 'circle', 'noise image': 'triangle-up', 'defect patch': 'diamond' };
  const legend = { title: null, orient: 'bottom', symbolOpacity: 1, symbolSize: 40 } as const;
  const color = {
    field: 'from',
    type: 'nominal',
    scale: { domain: classes, range: classes.map((c) => ORIGIN_COLOURS[c]) },
    legend,
  };
  const shape = {
    field: 'from',
    type: 'nominal',
    scale: { domain: classes, range: classes.map((c) => shapes[c]) },
    legend,
  };
  const panels = [...new Set(rows.map(({ panel }) => panel))];
  const position = (field: string): object => ({
    field,
    type: 'quantitative',
    axis: null,
    scale: { zero: false, padding: 4 },
  });
  return {
    data: { values: [...rows] },
    facet: {
      column: {
        field: 'panel',
        sort: panels,
        header: { title: null, labelOrient: 'bottom', labelFontSize: 8, labelExpr: "split(datum.label, ': ')" },
      },
    },
    spacing: 8,
    resolve: { scale: { x: 'independent', y: 'independent' } },
    spec: {
      width: 122,
      height: 115,
      layer: classes.map((name) => ({
        transform: [{ filter: `datum.from === '${name}'` }],
        mark: { type: 'point', filled: true, size: name === 'nominal image' ? 8 : 16, opacity: 0.9 },
        encoding: { x: position('x'), y: position('y'), color, shape },
      })),
    },
  } as unknown as TopLevelSpec;
}
