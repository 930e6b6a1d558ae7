import type { Command } from 'commander';
import { csvFormat } from 'd3-dsv';
import { type SweepPoint, type SweepResult, sweep } from '../analysis/sweep.js';
import { imageSizes } from '../cells/json-cells.js';
import { checkBankConfig } from '../detector/config.js';
import { InputError } from '../errors.js';
import { weightsIdentity } from '../features/weights-identity.js';
import { renderPng } from '../figures/render.js';
import { sweepChart } from '../figures/sweep-curve.js';
import { renderChart } from '../figures/vega.js';
import { writeAtomically } from '../storage/atomic.js';
import { addCategories, type CategoriesOptions, chosenCategories, throughCategories } from './category-cells.js';
import { type ContaminatedOptions, contaminated, contaminatedRun, weightsOf } from './contaminated.js';
import { numbers } from './lists.js';
import { addMethodOptions } from './method-options.js';
import { missingDiagnostics, missingFigures } from './missing-figures.js';
import { addCacheOptions, addFeatureOptions, addNoiseOptions, addThreads, type CacheOptions } from './options.js';
import { writeJsonOutput, writeOutput } from './outputs.js';
import { addRecord, recordRun } from './run-record.js';
import { withLab } from './session.js';
import { figure, textTable } from './table.js';

interface Options extends ContaminatedOptions, CacheOptions, CategoriesOptions {
  data: string;
  taus?: number[];
  ks?: number[];
  ratios?: number[];
  json?: string;
  csv?: string;
  chart?: string;
  record: boolean;
  threads?: number;
}

const RESULTS = 'data/results/sweep';

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
  addCacheOptions(addThreads(addRecord(addNoiseOptions(addMethodOptions(addFeatureOptions(command))))))
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

async function runSweep(options: Options): Promise<void> {
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

/** Curves of many categories, and their mean. */
async function sweepCategories(options: Options, names: readonly string[], points: SweepPoint[]): Promise<void> {
  const categories = await chosenCategories(options.data, names);
  await withLab(options, async (lab) => {
    const tasks = categories.map((category) => {
      const opened = contaminated({ ...options, category }, points);
      opened.catch(() => undefined);
      return {
        label: `sweep/${category}`,
        async run() {
          const { config, category: images } = await opened;
          return contaminatedRun(options, config, images);
        },
        async dependsOn() {
          const { config, category: images } = await opened;
          const { weights: _, ...features } = config.features;
          const identity = await weightsIdentity(config.features);
          const sizes = await imageSizes([...images.train, ...images.test]);
          return ['sweep', 1, { ...config, features }, identity, points, sizes];
        },
        async compute() {
          const { config, category: images } = await opened;
          return sweep(lab, images, config, points);
        },
      };
    });
    await throughCategories<SweepResult>(lab, options.results ?? RESULTS, tasks, async (found) => {
      const curves = [...found.values()].map((result) => ({ category: result.category, rows: flat(result) }));
      const mean = meanCurve(curves.map(({ rows }) => rows));
      if (options.json) await writeJsonOutput(options.json, { categories: [...found.values()], mean });
      if (options.csv) {
        const rows = [...curves, { category: 'mean', rows: mean }].flatMap((curve) =>
          curve.rows.map((row) => ({ category: curve.category, ...row })),
        );
        await writeOutput(options.csv, `${csvFormat(rows)}\n`);
      }
      const { tau } = [...found.values()][0].config.settings;
      if (options.chart) await writeSweepChart(options.chart, mean, tau);
      const runs = await Promise.all(tasks.map(({ run }) => run()));
      const { category: _, ...configuration } = runs[0].configuration;
      await recordRun(options, {
        configuration: { categories, ...configuration, points },
        engine: lab.compute.engine,
        weights: await weightsOf(runs[0].configuration),
        images: Object.fromEntries(
          runs.flatMap(({ configuration: { category }, images }) =>
            Object.entries(images).map(([use, paths]) => [`${category} ${use}`, paths]),
          ),
        ),
        files: runs[0].files,
        outputs: [options.json, options.csv, options.chart],
      });
      console.log(`mean of ${curves.length} categories: ${curves.map(({ category }) => category).join(', ')}\n`);
      console.log(curveTable(mean));
    });
  });
}

/** Point by point the mean over categories, of those that have the figure. */
function meanCurve(curves: readonly (readonly FlatRow[])[]): (FlatRow & Record<string, number | null>)[] {
  return curves[0].map((first, p) => {
    const mean = (of: 'image' | 'pixel' | 'coresetNoise' | 'precision' | 'recall'): number | null => {
      const values = curves.map((rows) => rows[p][of]).filter((value) => value !== null);
      return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
    };
    const { tau, k, ratio } = first;
    const [image, pixel, coresetNoise] = [mean('image'), mean('pixel'), mean('coresetNoise')];
    return { tau, k, ratio, image, pixel, coresetNoise, precision: mean('precision'), recall: mean('recall') };
  });
}

function curveTable(rows: readonly FlatRow[]): string {
  const lines = rows.map((row) =>
    [
      row.tau,
      row.k,
      row.ratio,
      ...[row.image, row.pixel, row.coresetNoise, row.precision, row.recall].map((value) => figure(value, 4)),
    ].map(String),
  );
  return textTable(['τ', 'k', 'ρ', 'image AUROC', 'pixel AUROC', 'coreset noise', 'precision', 'recall'], lines);
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
