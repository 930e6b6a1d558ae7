import type { Command } from 'commander';
import { csvFormat } from 'd3-dsv';
import { type SweepPoint, type SweepResult, sweep } from '../analysis/sweep.js';
import { checkBankConfig } from '../detector/config.js';
import { InputError } from '../errors.js';
import { renderPng } from '../figures/render.js';
import { sweepChart } from '../figures/sweep-curve.js';
import { renderChart } from '../figures/vega.js';
import { writeAtomically } from '../storage/atomic.js';
import { type ContaminatedOptions, contaminated } from './contaminated.js';
import { numbers } from './lists.js';
import { addMethodOptions } from './method-options.js';
import { addCacheOptions, addFeatureOptions, addNoiseOptions, addThreads, type CacheOptions } from './options.js';
import { writeJsonOutput, writeOutput } from './outputs.js';
import { withLab } from './session.js';
import { figure, textTable } from './table.js';

interface Options extends ContaminatedOptions, CacheOptions {
  taus?: number[];
  ks?: number[];
  ratios?: number[];
  json?: string;
  csv?: string;
  chart?: string;
  threads?: number;
}

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
  addCacheOptions(addThreads(addNoiseOptions(addMethodOptions(addFeatureOptions(command)))))
    .addHelpText(
      'after',
      `
Examples:
  softpatch sweep --data data/mvtec --category screw --noise 0.1 --overlap --taus 0:0.4:0.02
  softpatch sweep --data data/drawn --category bolt --noise 0.1 --ratio 0.01 --taus 0.05,0.15 --ks 3,5,9 --csv curve.csv
  softpatch sweep --data data/drawn --category bolt --noise 0.15 --overlap --chart curve.png`,
    )
    .action(runSweep);
}

async function runSweep(options: Options): Promise<void> {
  const points = grid(options);
  if (options.chart && [options.ks, options.ratios].some((values) => values && values.length > 1)) {
    throw new InputError('a chart over τ needs one k and one ρ', 'Leave --ks and --ratios out, or --chart');
  }
  const { config, category } = await contaminated(options);
  await withLab(options, async (lab) => {
    const result = await sweep(lab, category, config, points);
    if (options.json) await writeJsonOutput(options.json, result);
    if (options.csv) await writeOutput(options.csv, `${csvFormat(flat(result))}\n`);
    if (options.chart) await writeSweepChart(options.chart, flat(result), config.settings.tau);
    const rows = flat(result).map((row) =>
      [
        row.tau,
        row.k,
        row.ratio,
        ...[row.image, row.pixel, row.coresetNoise, row.precision, row.recall].map((value) => figure(value, 4)),
      ].map(String),
    );
    console.log(textTable(['τ', 'k', 'ρ', 'image AUROC', 'pixel AUROC', 'coreset noise', 'precision', 'recall'], rows));
    const seconds = Object.entries(result.seconds).map(([stage, value]) => `${stage} ${value.toFixed(1)}`);
    console.log(`\nseconds: ${seconds.join(', ')} for ${points.length} points`);
  });
}

/** The curve over τ, the configured τ marked. */
async function writeSweepChart(path: string, rows: readonly FlatRow[], chosen: unknown): Promise<void> {
  const svg = await renderChart(sweepChart(rows, Number(chosen)));
  await writeAtomically(path, path.endsWith('.png') ? renderPng(svg, 300 / 72) : svg);
}

/** Every combination of the lists given; without any, τ from 0 to 0.4 in steps of 0.05. */
function grid({ taus: given, ks, ratios }: Options): SweepPoint[] {
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

interface FlatRow {
  tau: number;
  k: number;
  ratio: number;
  image: number | null;
  pixel: number | null;
  coresetNoise: number | null;
  precision: number | null;
  recall: number | null;
}

function flat({ rows, config }: SweepResult): (FlatRow & Record<string, number | null>)[] {
  const bank = checkBankConfig(config.settings);
  return rows.map(({ point, image, pixel, diagnostics }) => ({
    tau: point.tau ?? bank.tau,
    k: point.k ?? bank.k,
    ratio: point.ratio ?? bank.ratio,
    image: image.auroc,
    pixel: pixel.auroc,
    coresetNoise: diagnostics.coresetNoiseShare,
    precision: diagnostics.removalPrecision,
    recall: diagnostics.removalRecall,
  }));
}
