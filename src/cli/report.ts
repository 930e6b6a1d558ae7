import type { Command } from 'commander';
import { openCategory } from '../dataset/layouts.js';
import type { EngineChoice } from '../engine/names.js';
import { reportPage } from '../explore/saved/report.js';
import { readResults, type SavedResult } from '../explore/saved/results.js';
import { writeAtomically } from '../storage/atomic.js';
import { contaminatedRun, weightsOf, withoutExcluded } from './contaminated.js';
import { addCacheOptions, addEngine, addExclude, addThreads, type CacheOptions } from './options.js';
import { addRecord, recordRun } from './run-record.js';
import { withLab } from './session.js';

interface Options extends CacheOptions {
  data: string;
  out: string;
  engine: EngineChoice;
  exclude?: string;
  record: boolean;
  threads?: number;
}

/** `softpatch report`: saved results as a page that stands by itself. */
export function addReport(program: Command): void {
  const command = program
    .command('report')
    .description('saved results of evaluate and sweep as one HTML page, for sending to a colleague: no server needed')
    .argument('<result...>', 'files that evaluate or sweep wrote with --json, of one category')
    .requiredOption('--data <dir>', 'folder of categories that the results were computed on, or the category')
    .option('--out <file>', 'the page', 'report.html');
  addRecord(addCacheOptions(addThreads(addExclude(addEngine(command)))))
    .addHelpText(
      'after',
      `
Give --exclude as the runs had it. The page holds the category's images. Weights and banks come from the cache of the runs; without it they are computed again.

Examples:
  softpatch evaluate --data data/mvtec --category screw --noise 0.1 --overlap --ratio 0.01 --json lof.json
  softpatch sweep --data data/mvtec --category screw --noise 0.1 --overlap --ratio 0.01 --json curve.json
  softpatch report lof.json curve.json --data data/mvtec --out screw.html`,
    )
    .action(runReport);
}

async function runReport(files: readonly string[], options: Options): Promise<void> {
  const results: SavedResult[] = [];
  for (const file of files) results.push(...(await readResults(file)));
  const [{ category: name, config }] = results;
  const category = await withoutExcluded(await openCategory(options.data, name), options.exclude);
  await withLab(options, async (lab) => {
    const words = ['--data', options.data, '--category', category.name];
    if (options.exclude) words.push('--exclude', options.exclude);
    let bytes = 0;
    await writeAtomically(options.out, async (file) => {
      for await (const piece of reportPage(lab, category, results, words)) {
        bytes += Buffer.byteLength(piece);
        await file.write(piece);
      }
    });
    await recordRun(options, {
      ...contaminatedRun(options, config, category),
      ...{ engine: lab.compute.engine, weights: await weightsOf(config), outputs: [options.out] },
      files: { exclude: options.exclude, ...Object.fromEntries(files.map((file, i) => [`result ${i + 1}`, file])) },
    });
    const size = (bytes / 1e6).toFixed(1);
    console.log(
      `${options.out}: ${files.length} file${files.length > 1 ? 's' : ''} about ${category.name}, ${size} MB`,
    );
  });
}
