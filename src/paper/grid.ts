import { InputError } from '../errors.js';
import { AUTHORS_CODE } from './authors-code.js';
import { GRID_SYSTEMS } from './systems.js';

/** One measurement of the paper: a system on a contaminated category, with one draw of noise and seeds. */
export interface Cell {
  kind: 'evaluate' | 'timing' | 'coreset' | 'natural';
  category: string;
  system: string;
  /** r: injected images relative to the nominal count. */
  noise: number;
  overlap: boolean;
  /** Seed of the noise draw and of everything random in the method. */
  draw: number;
  /** The noise images are those the authors' code was run on; the draw then seeds the method alone. */
  images?: 'authors';
}

/**
 * The experiments by name: the appendix's tables and figures, the table of the authors' own README, their code on the same images, and
 * every system in every setting, which the appendix leaves gaps in.
 */
export const EXPERIMENTS = [
  'table-5',
  'table-6',
  'table-7',
  'table-8',
  'authors-readme',
  'authors-code',
  'all-settings',
  'figure-5',
  'figure-6',
  'figure-7',
  'figure-8',
] as const;
export type Experiment = (typeof EXPERIMENTS)[number];

/** r of Figures 6 and 7; the paper's curves are pictures without a grid. */
export const NOISE_SHARES: readonly number[] = [0, 0.02, 0.05, 0.08, 0.1, 0.15];
/** Systems of Figures 6 and 7: the paper's four, and witness. */
export const TREND_SYSTEMS: readonly string[] = ['patchcore', 'cflow', 'padim-star', 'softpatch-lof', 'witness'];
/** Coresets of Figure 5. */
export const CORESET_SYSTEMS: readonly string[] = ['patchcore', 'patchcore-random', 'softpatch-lof'];
const PIPELINES = [
  'padim-star',
  'padim-star+padim-star',
  'cflow',
  'padim-star+cflow',
  'patchcore',
  'padim-star-0.1+patchcore',
  'padim-star+patchcore',
  'softpatch-lof',
];
const TABLE_5: readonly (readonly [overlap: boolean, systems: readonly string[]])[] = [
  [false, ['padim', 'cflow', 'patchcore', 'softpatch-nearest', 'softpatch-gaussian', 'softpatch-lof']],
  [true, ['padim-star', 'cflow', 'patchcore', 'patchcore-random', 'softpatch-lof']],
];
/** Systems of Table 8. */
export const TIMED_SYSTEMS: readonly string[] = ['softpatch-lof', 'patchcore', 'padim-star+patchcore'];
/** The tables' r. */
export const TABLE_NOISE = 0.1;

/** Systems of a table in its order, and the setting of each. */
export function tableColumns(experiment: 'table-5' | 'table-6' | 'table-7'): { system: string; overlap: boolean }[] {
  if (experiment !== 'table-5') return PIPELINES.map((system) => ({ system, overlap: true }));
  return TABLE_5.flatMap(([overlap, systems]) => systems.map((system) => ({ system, overlap })));
}

/** The cells an experiment needs. @param systems leave out all others; empty: none left out. */
export function experimentCells(
  experiment: Experiment,
  categories: readonly string[],
  draws: number,
  systems: readonly string[] = [],
): Cell[] {
  const cells: Cell[] = [];
  const add = (
    kind: Cell['kind'],
    system: string,
    noise: number,
    overlap: boolean,
    { count = draws, of = categories, ...images }: { count?: number; of?: readonly string[]; images?: 'authors' } = {},
  ): void => {
    if (systems.length > 0 && !systems.includes(system)) return;
    for (const category of of) {
      for (let draw = 0; draw < count; draw++) {
        // Without noise the settings are one.
        cells.push({ kind, category, system, noise, overlap: overlap || noise === 0, draw, ...images });
      }
    }
  };
  switch (experiment) {
    case 'table-5':
    case 'table-6':
    case 'table-7':
      for (const { system, overlap } of tableColumns(experiment)) add('evaluate', system, TABLE_NOISE, overlap);
      break;
    case 'authors-readme':
      add('evaluate', 'softpatch-lof', TABLE_NOISE, false);
      break;
    case 'authors-code':
      for (const category of categories) {
        for (const { system } of AUTHORS_CODE[category] ?? []) {
          add('evaluate', system, 0, true, { of: [category] });
          for (const overlap of [false, true]) {
            add('evaluate', system, TABLE_NOISE, overlap, { of: [category], images: 'authors' });
          }
        }
      }
      break;
    case 'all-settings':
      for (const { name } of GRID_SYSTEMS) {
        add('evaluate', name, 0, true);
        for (const overlap of [false, true]) add('evaluate', name, TABLE_NOISE, overlap);
      }
      break;
    case 'table-8':
      for (const system of TIMED_SYSTEMS) add('timing', system, TABLE_NOISE, true, { count: 1 });
      break;
    case 'figure-5':
      for (const system of CORESET_SYSTEMS) add('coreset', system, TABLE_NOISE, true, { count: 1 });
      break;
    case 'figure-6':
    case 'figure-7':
      for (const system of TREND_SYSTEMS) {
        for (const noise of NOISE_SHARES) add('evaluate', system, noise, experiment === 'figure-7');
      }
      break;
    case 'figure-8':
      add('natural', 'softpatch-lof', 0, true, { count: 1 });
      break;
  }
  return cells;
}

/** Distinct cells of some experiments, those that share a fit next to each other. */
export function gridOf(
  experiments: readonly Experiment[],
  categories: readonly string[],
  draws: number,
  systems: readonly string[] = [],
): Cell[] {
  if (!(Number.isInteger(draws) && draws >= 1)) throw new InputError(`${draws} draws`, 'Give a whole number from 1');
  const byName = new Map<string, Cell>();
  for (const experiment of experiments) {
    for (const cell of experimentCells(experiment, categories, draws, systems)) byName.set(cellName(cell), cell);
  }
  const order = (cell: Cell): string => `${fitGroup(cell)} ${cell.overlap}`;
  return [...byName.values()].sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

/** A cell's readable name, unique in a grid. */
export function cellName({ kind, category, system, noise, overlap, draw, images }: Cell): string {
  const setting = noise === 0 ? 'r0' : `r${noise}_${overlap ? 'overlap' : 'no-overlap'}`;
  return `${category}/${kind}_${system}_${setting}${images ? `_${images}-images` : ''}_draw${draw}`;
}

/** Cells of one group are fitted on the same images, so one process does them with one fit. */
function fitGroup({ kind, category, system, noise, draw, images }: Cell): string {
  return `${category} ${kind} ${system} ${noise.toFixed(3)} ${images ?? ''} ${String(draw).padStart(4, '0')}`;
}

/**
 * The part of a grid that shard `index` of `count` computes (from 1): whole fit groups, dealt out in turn.
 * @throws InputError unless 1 ≤ index ≤ count.
 */
export function shardOf(cells: readonly Cell[], index: number, count: number): Cell[] {
  if (!(Number.isInteger(index) && Number.isInteger(count) && index >= 1 && index <= count)) {
    throw new InputError(`shard ${index}/${count} is impossible`, 'Give i/n with 1 ≤ i ≤ n, such as 2/8');
  }
  const groups = [...new Set(cells.map(fitGroup))];
  const mine = new Set(groups.filter((_, g) => g % count === index - 1));
  return cells.filter((cell) => mine.has(fitGroup(cell)));
}
