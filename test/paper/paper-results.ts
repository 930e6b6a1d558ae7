import type { Diagnostics } from '../../src/experiment/diagnostics.js';
import type { CellResult } from '../../src/paper/cell-file.js';
import { type Cell, experimentCells, NOISE_SHARES } from '../../src/paper/grid.js';

/** What tells ρ: a greedy coreset's; a random memory's is its own, flows and Gaussians have none. */
export function madeUpConfig(system: string, ratio: number): object {
  const features = { backbone: 'resnet18' };
  if (system === 'patchcore-random') return { features, settings: { sampler: 'random', ratio: 0.01 } };
  const settings = /patchcore|softpatch/.test(system) ? { sampler: 'greedy', ratio } : { channels: 100 };
  return { features, settings };
}

/** Made-up numbers of an evaluated cell: a smooth fall with noise, a little spread over draws. */
export function madeUp(cell: Cell): CellResult {
  const fall = { patchcore: 2, cflow: 0.5, 'padim-star': 0.7, 'softpatch-lof': 0.1 }[cell.system] ?? 1;
  const auroc = (start: number): number => start - fall * cell.noise * (cell.overlap ? 1 : 0.5) - 0.01 * cell.draw;
  const none = { ap: null, f1max: null, aupro: null };
  return {
    key: '',
    cell,
    engine: 'wasm',
    config: madeUpConfig(cell.system, 0.1),
    evaluate: {
      image: { ...none, auroc: auroc(0.95) },
      pixel: { ...none, auroc: auroc(0.97) },
      diagnostics: { coresetNoiseShare: 0.25, noisePatchesRemoved: null } as Diagnostics,
      filter: null,
      notes: [],
    },
  };
}

export const TABLE_RESULTS: CellResult[] = (['table-5', 'table-6'] as const).flatMap((name) =>
  experimentCells(name, ['bolt', 'screw'], 2).map(madeUp),
);

export const TREND_RESULTS: CellResult[] = experimentCells('figure-7', ['bolt', 'screw'], 2).map(madeUp);

export { NOISE_SHARES };

/** Coresets on a spiral, noise at its end. */
export const CORESET_RESULTS: CellResult[] = experimentCells('figure-5', ['screw'], 1).map((cell, s) => ({
  key: '',
  cell,
  engine: 'wasm',
  config: {},
  coreset: {
    coresetSize: 60,
    noiseShare: 0.1 * (3 - s),
    defectShare: 0.01 * (3 - s),
    method: 't-SNE',
    points: Array.from({ length: 60 }, (_, i) => ({
      x: Math.cos(i / 5) * i,
      y: Math.sin(i / 5) * i,
      from: i > 56 ? 'defect' : i > 50 ? 'noise' : 'nominal',
    })),
  },
}));

export const TIMING_RESULTS: CellResult[] = experimentCells('table-8', ['screw'], 1).map((cell, s) => ({
  key: '',
  cell,
  engine: 'wasm',
  config: {},
  timing: {
    repeats: 3,
    machine: 'a machine',
    train: { filter: s === 2 ? 12 : 0, features: 9, denoise: s === 0 ? 2 : 0, coreset: 14, fit: 0 },
    infer: { features: 5, search: 9, map: 1 },
  },
}));
