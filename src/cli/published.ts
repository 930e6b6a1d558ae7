import { InputError } from '../errors.js';
import { short } from '../figures/table.js';
import type { Experiment } from '../paper/grid.js';
import { PUBLISHED_TABLES, type PublishedTable, publishedTable } from '../paper/published-tables.js';
import { writeTable } from '../paper/write.js';
import { textTable } from './table.js';

const printed = (experiments: readonly Experiment[]): PublishedTable[] =>
  PUBLISHED_TABLES.filter((name) => experiments.includes(name));

/** Prints the paper's own tables. @throws InputError where the paper prints no number of any of the experiments. */
export function printPublished(experiments: readonly Experiment[]): void {
  const names = printed(experiments);
  if (names.length === 0) {
    throw new InputError(
      `the paper prints no numbers of ${experiments.join(', ')}`,
      'Give --data with a folder of categories, or --drawn for a quick look',
    );
  }
  for (const name of names) {
    const { title, caption, columns, rows, digits } = publishedTable(name);
    const cells = rows.map(({ label, figures }) => [
      label,
      ...figures.map((figure) => (figure ? short(figure.mean, digits) : '–')),
    ]);
    console.log(`${title}\n\n${textTable(['', ...columns], cells)}\n\n${caption}\n`);
  }
  console.log('Give --data with a folder of categories to compute ours, or --drawn for a quick look.');
}

/** Writes the paper's own tables in all formats, named `published-table-6.md` and so on. */
export async function writePublished(folder: string, experiments: readonly Experiment[]): Promise<void> {
  for (const name of printed(experiments)) await writeTable(folder, `published-${name}`, publishedTable(name));
}
