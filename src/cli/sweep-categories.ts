import { csvFormat } from 'd3-dsv';
import { type SweepPoint, type SweepResult, sweep } from '../analysis/sweep.js';
import { imageSizes } from '../cells/json-cells.js';
import { weightsIdentity } from '../features/weights-identity.js';
import { type CategoriesOptions, chosenCategories, throughCategories } from './category-cells.js';
import { type ContaminatedOptions, contaminated, contaminatedRun, weightsOf } from './contaminated.js';
import type { CacheOptions } from './options.js';
import { writeJsonOutput, writeOutput } from './outputs.js';
import { recordRun } from './run-record.js';
import { withLab } from './session.js';
import { curveTable, flat, meanCurve, writeSweepChart } from './sweep-curve.js';

/** What was asked of `softpatch sweep`. */
export interface SweepOptions extends ContaminatedOptions, CacheOptions, CategoriesOptions {
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

/** Where categories go without --results. */
export const RESULTS = 'data/results/sweep';

/** Curves of many categories, and their mean. */
export async function sweepCategories(
  options: SweepOptions,
  names: readonly string[],
  points: SweepPoint[],
): Promise<void> {
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
