import { join } from 'node:path';
import type { Command } from 'commander';
import { type CategoryCheck, checkCategory } from '../dataset/check.js';
import { layoutOf, listCategories } from '../dataset/layouts.js';
import { listFolders } from '../dataset/listing.js';
import type { CountReport } from '../dataset/mvtec-counts.js';
import { InputError } from '../errors.js';
import { writeJsonOutput } from './outputs.js';
import { terminalReporter } from './reporter.js';
import { textTable } from './table.js';

/** `softpatch data check`: all there is to say about a folder's images and masks, in one pass. */
export function addCheck(data: Command): void {
  data
    .command('check')
    .description('read every image and mask of a folder once and report all that is wrong or unusual (docs/inputs.md)')
    .argument('<dir>', 'folder of categories, one category, or a plain folder of images')
    .option('--json <file>', 'write the report')
    .addHelpText(
      'after',
      '\nExits with 1 when something is found that a run would stop at.\n\nExamples:\n  softpatch data check data/mvtec\n  softpatch data check photos/good',
    )
    .action(runCheck);
}

async function runCheck(folder: string, options: { json?: string }): Promise<void> {
  const reporter = terminalReporter();
  const names = await listCategories(folder);
  const itself = names.length === 0 || (await layoutOf(folder)) !== undefined;
  const checks: CategoryCheck[] = [];
  const unopened: Pick<CategoryCheck, 'category' | 'errors'>[] = [];
  for (const name of itself ? [undefined] : names) {
    try {
      checks.push(await checkCategory(folder, name, reporter.stage(`reading ${name ?? folder}`)));
    } catch (error) {
      // One category that cannot be opened does not hide what is wrong with the others.
      if (!(error instanceof InputError) || name === undefined) throw error;
      unopened.push({ category: name, errors: [error.message] });
    }
  }
  reporter.stop();
  const others = itself ? [] : (await listFolders(folder)).filter((name) => !names.includes(name));
  if (options.json) await writeJsonOutput(options.json, [...checks, ...unopened]);
  console.log(countTable(checks));
  for (const check of checks) console.log(`\n${describe(check)}`);
  for (const { category, errors } of unopened) console.log(`\n${category}: cannot be opened\n  error: ${errors[0]}`);
  if (others.length > 0)
    console.log(`\nfolders without a category: ${others.map((name) => join(folder, name)).join(', ')}`);
  if ([...checks, ...unopened].some(({ errors }) => errors.length > 0)) process.exitCode = 1;
}

function describe({ category, layout, kinds, sides, errors, warnings, differences, leftOut }: CategoryCheck): string {
  const files = Object.entries(kinds).map(([kind, count]) => `${count} × ${kind} bit`);
  const size = sides[0] === sides[1] ? `${sides[0]} px` : `sides from ${sides[0]} to ${sides[1]} px`;
  return [
    `${category} (${layout}): ${files.length === 0 ? 'no image could be read' : `${files.join(', ')}; ${size}`}`,
    ...errors.map((text) => `  error: ${text}`),
    ...[...warnings, ...differences].map((text) => `  note: ${text}`),
    ...(leftOut === '' ? [] : [`  ${leftOut}`]),
    ...(errors.length + warnings.length + differences.length === 0 ? ['  nothing unusual'] : []),
  ].join('\n');
}

/** Counts of categories beside MVTec AD's. */
export function countTable(reports: readonly CountReport[]): string {
  const rows = reports.map(({ category, found, expected, differences }) => [
    category,
    String(found.train),
    String(found.good),
    String(found.anomalous),
    expected === null ? 'not in MVTec AD' : differences.length === 0 ? 'as published' : 'differs',
  ]);
  return textTable(['category', 'train', 'test good', 'test anomalous', 'MVTec AD'], rows);
}
