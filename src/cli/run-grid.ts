import { listCategories } from '../dataset/layouts.js';
import { InputError } from '../errors.js';
import { type Cell, cellName, type Experiment, gridOf, shardOf } from '../paper/grid.js';
import { createPlanner, type PaperSetting, type PlannedCell } from '../paper/plan.js';
import type { Reporter } from '../progress.js';
import { drawMissingCategories } from './draw.js';
import { type PaperOptions, paperSettingOf } from './paper-setting.js';

/** What `softpatch run` was asked to compute. */
export interface GridOptions extends PaperOptions {
  data?: string;
  drawn?: boolean;
  categories?: string[];
  systems?: string[];
  draws: number;
  shard?: [number, number];
  cell?: string[];
}

/** A run's cells and what they are planned with. */
export interface Grid {
  /** Folder of the categories. */
  data: string;
  categories: string[];
  cells: Cell[];
  /** Those of every shard and name. */
  all: Cell[];
  setting: PaperSetting;
  plan(cell: Cell): Promise<PlannedCell>;
}

const DRAWN = 'data/drawn';

/** Opens the data and lists the cells. @throws InputError where there is none of the categories, or no such cell. */
export async function runGrid(
  options: GridOptions,
  experiments: readonly Experiment[],
  reporter: Reporter,
): Promise<Grid> {
  const data = options.drawn ? DRAWN : options.data!;
  if (options.drawn) await drawMissingCategories(DRAWN, reporter);
  const present = await listCategories(data);
  const categories = (options.categories ?? present).filter((name) => present.includes(name));
  const absent = (options.categories ?? []).filter((name) => !present.includes(name));
  if (absent.length > 0) reporter.note(`not in ${data}: ${absent.join(', ')}; going on with the rest`);
  if (categories.length === 0)
    throw new InputError(`${data} has none of the categories`, `It has ${present.join(', ')}`);
  const setting = paperSettingOf(options, data, reporter.note);
  const plan = createPlanner(setting);
  const all = gridOf(experiments, categories, options.draws, options.systems);
  const cells = options.shard ? shardOf(all, ...options.shard) : all;
  return { data, categories, cells: options.cell ? named(cells, options.cell) : cells, all, setting, plan };
}

function named(cells: readonly Cell[], names: readonly string[]): Cell[] {
  return names.map((name) => {
    const found = cells.find((cell) => cellName(cell) === name);
    if (found) return found;
    throw new InputError(
      `there is no cell "${name}" in this grid`,
      'Take a name that --list json gives with the same options',
    );
  });
}
