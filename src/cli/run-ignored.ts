import type { Command } from 'commander';
import { InputError } from '../errors.js';
import { type Cell, type Experiment, experimentCells } from '../paper/grid.js';
import { paperSystem } from '../paper/systems.js';

/** Options of `run` that say what cells are like, not where results go. */
interface CellOptions {
  systems?: string[];
  set?: Record<string, Record<string, unknown>>;
}

/**
 * Refuses what would change no cell of a run: systems that no experiment has, switches of methods that are not fitted, a profile of
 * CFLOW without CFLOW. @throws InputError naming the option and why.
 */
export function refuseIdleOfRun(
  command: Command,
  { systems = [], set = {} }: CellOptions,
  experiments: readonly Experiment[],
  cells: readonly Cell[],
): void {
  for (const system of systems) {
    // Any category that the experiment knows would do.
    const known = experiments.some(
      (name) => experimentCells(name, ['bottle', 'screw', 'magnetic_tile'], 1, [system]).length > 0,
    );
    if (!known) throw new InputError(`${experiments.join(', ')} has no cell of ${system}`, `Leave ${system} out`);
  }
  const fitted = new Set(
    cells.flatMap(({ system }) => {
      const { method, budget } = paperSystem(system);
      return budget === undefined ? [method] : [method, 'padim-star'];
    }),
  );
  for (const method of Object.keys(set)) {
    if (!fitted.has(method)) {
      throw new InputError(
        `--set ${method}.… would be ignored: no cell fits ${method}`,
        `These are fitted: ${[...fitted].sort().join(', ')}`,
      );
    }
  }
  const idle: [option: string, used: boolean, why: string][] = [
    ['cflow', fitted.has('cflow'), 'no cell fits CFLOW'],
    ['tsne', cells.some(({ kind }) => kind === 'coreset'), 'only figure-5 places points'],
  ];
  for (const [option, used, why] of idle) {
    if (used || command.getOptionValueSource(option) !== 'cli') continue;
    throw new InputError(`--${option} would be ignored: ${why}`, `Leave --${option} out`);
  }
}
