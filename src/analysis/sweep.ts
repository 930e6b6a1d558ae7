import type { Category } from '../dataset/category.js';
import { discard } from '../denoise/cut.js';
import { project } from '../denoise/projection.js';
import { type BankConfig, checkBankConfig } from '../detector/config.js';
import { projectionFor, weigh } from '../detector/fit-bank.js';
import { rowsHere } from '../engine/rows.js';
import { type EvaluateConfig, mustBeBank } from '../experiment/config.js';
import { contaminate } from '../experiment/contaminate.js';
import { type Diagnostics, defectPatches, diagnose } from '../experiment/diagnostics.js';
import type { Lab } from '../experiment/lab.js';
import { maskOf } from '../experiment/measure.js';
import { withSpans } from '../experiment/network-spans.js';
import { patchGrid } from '../features/layers.js';
import { featureReader, type TrainingPatches } from '../features/reader.js';
import { task } from '../kernels/task.js';
import { createRandom, type Random } from '../random.js';
import { fewAtOnce } from '../storage/few-at-once.js';
import { bankScores, type PickedBank } from './bank-scores.js';
import { type Selection, selectAll } from './select-all.js';
import type { Measured } from './sweep-task.js';

/** What changes from point to point of a sweep. */
export type SweepPoint = Partial<Pick<BankConfig, 'tau' | 'k' | 'ratio' | 'discriminator' | 'softWeights'>>;

/** One point of the curve. */
export interface SweepRow {
  point: SweepPoint;
  image: { auroc: number | null };
  pixel: { auroc: number | null };
  diagnostics: Diagnostics;
}

/** A whole curve and what it cost. */
export interface SweepResult {
  category: string;
  config: EvaluateConfig;
  rows: SweepRow[];
  seconds: { features: number; weights: number; coreset: number; search: number; measure: number; total: number };
}

const MEASURE = task<typeof import('./sweep-task.js')>(new URL('./sweep-task.js', import.meta.url));

/**
 * Evaluates many settings of the memory bank on one contaminated category; every point is exactly what `evaluate` gives.
 * Features and projections are computed once, weights once for each discriminator and k; selections share the rows'
 * layout and run side by side, one a thread; banks are searched together; points are measured in parallel. Selections
 * and the common search run on threads wherever the rest runs.
 * @throws InputError for an impossible point; Cancelled.
 */
export async function sweep(
  lab: Lab,
  category: Category,
  config: EvaluateConfig,
  points: readonly SweepPoint[],
): Promise<SweepResult> {
  mustBeBank(config, 'sweep');
  const banks = points.map((point) => checkBankConfig({ ...config.settings, ...point }));
  const { reporter, signal, compute } = lab;
  const clock = stopwatch();
  const { train, test } = contaminate(category, config);
  const { features, maskMode } = config;
  const { side, positions } = patchGrid(features);
  const reader = await featureReader(lab, await withSpans(lab, features, train));
  const patches = await reader.patches(train, () => ({ progress: reporter.stage('train features'), signal }));
  const rows = await patches.rows();
  const { dimensions } = patches;
  const queries = await reader.read(test, { progress: reporter.stage('test features'), signal });
  clock.lap('features');

  const random = createRandom(config.seed);
  const weights = await weighAll(lab, patches, banks, random);
  const selections = banks.map((bank, b): Selection => {
    const own = weights[b];
    return { bank, kept: own && bank.tau > 0 ? discard(own, bank.tau).kept : null };
  });
  clock.lap('weights');

  const projection = projectionFor(random, 'coreset', dimensions);
  const z = await rowsHere(await project(compute, rows, dimensions, projection, { signal }));
  const picks = await selectAll(lab, z, selections, random, reporter.stage('coresets'));
  clock.lap('coreset');

  const defects = category.masked
    ? await defectPatches(train, features.preprocessing, side, maskMode, lab.threads)
    : null;
  const masks = category.masked ? await fewAtOnce(test, (sample) => maskOf(sample, config)) : null;
  const labels = test.map(({ label }) => label);
  const measuring = reporter.stage('search, measure');
  const measured = new Array<Promise<Measured>>(banks.length);
  let done = 0;
  const picked = banks.map((bank, b): PickedBank => ({ bank, picks: picks[b], weights: weights[b] }));
  for await (const { at, scores } of bankScores(lab, { rows, dimensions }, picked, queries)) {
    clock.lap('search');
    const job = { scores, labels, masks, grid: side, crop: features.preprocessing.crop };
    measured[at] = lab.threads.run(MEASURE, job);
    measured[at].then(
      () => measuring(++done, banks.length),
      () => {},
    );
  }
  const outcomes = await Promise.all(measured);
  clock.lap('measure');
  const result = outcomes.map(({ image, pixel }, b): SweepRow => {
    const diagnostics = diagnose(train, positions, picks[b], selections[b], defects);
    return { point: points[b], image: { auroc: image }, pixel: { auroc: pixel }, diagnostics };
  });
  return { category: category.name, config, rows: result, seconds: clock.seconds() };
}

/** Outlier weights for each configuration, computed once for each that differs in what weights depend on. */
async function weighAll(
  lab: Lab,
  patches: TrainingPatches,
  banks: readonly BankConfig[],
  random: Random,
): Promise<(Float32Array | null)[]> {
  const known = new Map<string, Float32Array>();
  const all: (Float32Array | null)[] = [];
  for (const bank of banks) {
    const key = `${bank.discriminator} ${bank.k} ${bank.normalisation}`;
    const found = bank.discriminator ? (known.get(key) ?? (await weigh(lab, patches, bank, random)).weights) : null;
    if (found) known.set(key, found);
    all.push(found);
  }
  return all;
}

function stopwatch(): { lap(name: keyof SweepResult['seconds']): void; seconds(): SweepResult['seconds'] } {
  const begin = performance.now();
  let last = begin;
  const seconds = { features: 0, weights: 0, coreset: 0, search: 0, measure: 0, total: 0 };
  return {
    lap(name) {
      seconds[name] += (performance.now() - last) / 1000;
      last = performance.now();
    },
    seconds: () => ({ ...seconds, total: (performance.now() - begin) / 1000 }),
  };
}
