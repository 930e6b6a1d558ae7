import type { Command } from 'commander';
import { csvFormat } from 'd3-dsv';
import { type SweepPoint, sweep } from '../analysis/sweep.js';
import { InputError } from '../errors.js';
import { addCategories } from './category-cells.js';
import { contaminated, contaminatedRun, weightsOf } from './contaminated.js';
import { numbers } from './lists.js';
import { addMethodOptions } from './method-options.js';
import { missingDiagnostics, missingFigures } from './missing-figures.js';
import { addCacheOptions, addFeatureOptions, addNoiseOptions, addPrecisionNetwork, addThreads } from './options.js';
import { writeJsonOutput, writeOutput } from './outputs.js';
import { addRecord, recordRun } from './run-record.js';
import { withLab } from './session.js';
import { RESULTS, type SweepOptions, sweepCategories } from './sweep-categories.js';
import { curveTable, flat, writeSweepChart } from './sweep-curve.js';

/** `softpatch sweep`: the exact curve over τ, k or ρ. */
export function addSweep(program: Command): void {
  const command = program
    .command('sweep')
    .description('AUROC, coreset noise and removal over many τ (or k, ρ), exact at every point')
    .requiredOption('--data <dir>', 'folder of categories in MVTec or BTAD layout, or one category')
    .option('--category <name>', 'category under --data')
    .option('--taus <list>', 'values of τ: 0,0.1,0.2 or from:to:step', numbers)
    .option('--ks <list>', 'values of k', numbers)
    .option('--ratios <list>', 'values of ρ', numbers)
    .option('--json <file>', 'write the whole result')
    .option('--csv <file>', 'write the curve')
    .option('--chart <file>', 'draw AUROC over τ as .svg or .png (300 dpi)');
  addCategories(command, RESULTS);
  addCacheOptions(
    addThreads(addRecord(addNoiseOptions(addMethodOptions(addPrecisionNetwork(addFeatureOptions(command)))))),
  )
    .addHelpText(
      'after',
      `
Examples:
  softpatch sweep --data data/mvtec --category screw --noise 0.1 --overlap --taus 0:0.4:0.02
  softpatch sweep --data data/drawn --category bolt --noise 0.1 --ratio 0.01 --taus 0.05,0.15 --ks 3,5,9 --csv curve.csv
  softpatch sweep --data data/drawn --category bolt --noise 0.15 --overlap --chart curve.png
  softpatch sweep --data data/mvtec --categories all --noise 0.1 --overlap --csv curves.csv    the mean too; machines may share --results`,
    )
    .action(runSweep);
}

async function runSweep(options: SweepOptions): Promise<void> {
  const points = grid(options);
  if (options.chart && [options.ks, options.ratios].some((values) => values && values.length > 1)) {
    throw new InputError('a chart over τ needs one k and one ρ', 'Leave --ks and --ratios out, or --chart');
  }
  if (options.categories) return sweepCategories(options, options.categories, points);
  const { config, category } = await contaminated(options, points);
  await withLab(options, async (lab) => {
    const result = await sweep(lab, category, config, points);
    if (options.json) await writeJsonOutput(options.json, result);
    if (options.csv) await writeOutput(options.csv, `${csvFormat(flat(result))}\n`);
    if (options.chart) await writeSweepChart(options.chart, flat(result), config.settings.tau);
    const run = contaminatedRun(options, config, category);
    await recordRun(options, {
      ...run,
      configuration: { ...run.configuration, points },
      engine: lab.compute.engine,
      weights: await weightsOf(config),
      outputs: [options.json, options.csv, options.chart],
    });
    console.log(curveTable(flat(result)));
    const [row] = result.rows;
    for (const reason of missingFigures(row, category.test, category)) console.log(reason);
    const idle = result.rows.find(({ diagnostics }) => diagnostics.removalPrecision === null)?.diagnostics;
    if (idle) console.log(`– of precision and recall: ${missingDiagnostics(idle, category)}`);
    const seconds = Object.entries(result.seconds).map(([stage, value]) => `${stage} ${value.toFixed(1)}`);
    console.log(`\nseconds: ${seconds.join(', ')} for ${points.length} points`);
  });
}

/** Every combination of the lists given; without any, τ from 0 to 0.4 in steps of 0.05. */
function grid({ taus: given, ks, ratios }: SweepOptions): SweepPoint[] {
  const taus = given ?? (ks || ratios ? [undefined] : numbers('0:0.4:0.05'));
  const points: SweepPoint[] = [];
  for (const tau of taus) {
    for (const k of ks ?? [undefined]) {
      for (const ratio of ratios ?? [undefined]) {
        const set = Object.entries({ tau, k, ratio }).filter(([, value]) => value !== undefined);
        points.push(Object.fromEntries(set) as SweepPoint);
      }
    }
  }
  return points;
}
