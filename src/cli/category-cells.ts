import { type Command, Option } from 'commander';
import { type JsonTask, jsonCells } from '../cells/json-cells.js';
import { thisWorker } from '../cells/worker.js';
import { listCategories } from '../dataset/layouts.js';
import { InputError } from '../errors.js';
import type { Lab } from '../experiment/lab.js';
import { list } from './lists.js';

/** Options of a command that goes through many categories. */
export interface CategoriesOptions {
  categories?: string[];
  results?: string;
}

export function addCategories(command: Command, results: string): Command {
  return command
    .addOption(
      new Option(
        '--categories <names>',
        'many at once, comma-separated or all: each is computed once by all who share --results',
      ).argParser(list),
    )
    .option('--results <dir>', `with --categories: one file a category (default: ${results})`);
}

/** The categories that were named of those that are there. @throws InputError naming one that is not. */
export async function chosenCategories(data: string, names: readonly string[]): Promise<string[]> {
  const present = await listCategories(data);
  if (names.includes('all')) return present;
  const absent = names.filter((name) => !present.includes(name));
  if (absent.length === 0) return [...names];
  throw new InputError(`${data} has no ${absent.join(', ')}`, `It has ${present.join(', ')}, or give all`);
}

/**
 * Computes categories one by one, together with whoever else does into the same folder, and hands on what is there: not in a task of an array,
 * which leaves the gathering to a call outside. @throws InputError listing the failures, after the rest.
 */
export async function throughCategories<Result>(
  lab: Lab,
  results: string,
  tasks: readonly JsonTask<Result>[],
  gather: (results: Map<string, Result>) => Promise<void>,
): Promise<void> {
  const { reporter, signal } = lab;
  const worker = thisWorker();
  const { outcome, results: found } = await jsonCells(results, tasks, { reporter, signal, worker });
  const { done, reused, failures, left } = outcome;
  console.log(
    `${done} categories computed, ${reused} found finished, ${failures.length} failed${left > 0 ? `, ${left} left to others` : ''}`,
  );
  if (worker.run === null && found.size > 0) await gather(found);
  if (failures.length === 0) return;
  const lines = failures.map(({ label, why }) => `  ${label}: ${why}`);
  throw new InputError(`${failures.length} categories failed:\n${lines.join('\n')}`, 'The next run tries them again');
}
