import { startRows } from '../coreset/anchors.js';
import { prepareGreedy } from '../coreset/greedy.js';
import { coresetSize, samplers } from '../coreset/samplers.js';
import type { NoisyCategory } from '../dataset/noise.js';
import { PROJECTED_DIMENSIONS, project } from '../denoise/projection.js';
import { discard } from '../denoise/threshold.js';
import { storedWeights } from '../detector/bank.js';
import { threadCompute } from '../detector/compute.js';
import { type BankConfig, checkBankConfig } from '../detector/config.js';
import { type Fitting, projectionFor, weigh } from '../detector/fit-bank.js';
import { MOST_BANKS, nearestInBanks } from '../detector/neighbours-many.js';
import { type EvaluateConfig, mustBeBank } from '../experiment/config.js';
import { type Diagnostics, defectPatches, diagnose } from '../experiment/diagnostics.js';
import type { EvaluateWatch } from '../experiment/evaluate.js';
import { maskOf } from '../experiment/measure.js';
import { patchGrid } from '../features/embedder.js';
import { EMBEDDING_DIMENSIONS } from '../features/embedding.js';
import { featureReader } from '../features/reader.js';
import { task } from '../kernels/task.js';
import type { Threads } from '../kernels/threads.js';
import { SILENT } from '../progress.js';
import { createRandom } from '../random.js';
import { noCache } from '../storage/cache.js';

/** What changes from point to point of a sweep. */
export type SweepPoint = Partial<Pick<BankConfig, 'threshold' | 'k' | 'ratio' | 'discriminator' | 'softWeights'>>;

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
 * layout and run side by side, one a thread; all banks are searched together; points are measured in parallel. Selections
 * and the search run on threads wherever the rest runs.
 * @throws InputError for an impossible point; Cancelled.
 */
export async function sweep(
  threads: Threads,
  { category, train, test }: NoisyCategory,
  config: EvaluateConfig,
  points: readonly SweepPoint[],
  {
    reporter = SILENT,
    signal,
    cache = noCache(),
    compute = threadCompute(threads),
  }: Pick<EvaluateWatch, 'reporter' | 'signal' | 'cache' | 'compute'> = {},
): Promise<SweepResult> {
  mustBeBank(config, 'sweep');
  const banks = points.map((point) =>
    checkBankConfig({ ...config.settings, neighbours: 1, precision: 'single', ...point }),
  );
  const clock = stopwatch();
  const { features } = config;
  const { side, positions } = patchGrid(features);
  const reader = await featureReader(threads, features, cache, compute.extractor);
  const patches = await reader.patches(train, () => ({ progress: reporter.stage('train features'), signal }));
  const rows = await patches.rows();
  const queries = await reader.read(test, { progress: reporter.stage('test features'), signal });
  clock.lap('features');

  const random = createRandom(config.seed);
  const weights = new Map<string, Float32Array>();
  for (const bank of banks) {
    const key = weightsKey(bank);
    if (!bank.discriminator || weights.has(key)) continue;
    const fitting: Fitting = {
      compute,
      patches,
      config: bank,
      random,
      watch: { signal },
      cache,
      seconds: { denoise: 0, coreset: 0 },
    };
    weights.set(key, await weigh(fitting, bank.discriminator));
  }
  const ofBank = (bank: BankConfig): Float32Array | null =>
    bank.discriminator ? weights.get(weightsKey(bank))! : null;
  const keptOf = (bank: BankConfig): Uint8Array | null => {
    const own = ofBank(bank);
    return own && bank.threshold > 0 ? discard(own, bank.threshold).kept : null;
  };
  clock.lap('weights');

  const z = await project(compute.multiplyTransposed, rows, EMBEDDING_DIMENSIONS, projectionFor(random, 'coreset'), {
    signal,
  });
  const picks = await selectAll(threads, z, banks, keptOf, reporter.stage('coresets'), signal, config.seed);
  clock.lap('coreset');

  const defects = category.masked ? await defectPatches(train, features.preprocessing, side, config.maskMode) : null;
  const masks = category.masked ? await Promise.all(test.map((sample) => maskOf(sample, config))) : null;
  const labels = test.map(({ label }) => label);
  const result: SweepRow[] = [];
  const measuring = reporter.stage('search, measure');
  for (let from = 0; from < banks.length; from += MOST_BANKS) {
    const group = picks.slice(from, from + MOST_BANKS);
    const nearest = await nearestInBanks(threads, rows, EMBEDDING_DIMENSIONS, group, queries, { signal });
    clock.lap('search');
    const total = test.length * positions;
    const jobs = group.map((_, b) => {
      const bank = banks[from + b];
      const weights = storedWeights(nearest.patches.subarray(b * total, (b + 1) * total), ofBank(bank), bank);
      const squared = nearest.squared.subarray(b * total, (b + 1) * total);
      return { squared, weights, labels, masks, grid: side, crop: features.preprocessing.crop };
    });
    const progress = (done: number): void => measuring(from + done, banks.length);
    const measured = await threads.each(MEASURE, jobs, { signal, progress });
    clock.lap('measure');
    for (const [b, { image, pixel }] of measured.entries()) {
      const diagnostics = diagnose(train, positions, group[b], { kept: keptOf(banks[from + b]) }, defects);
      result.push({ point: points[from + b], image: { auroc: image }, pixel: { auroc: pixel }, diagnostics });
    }
  }
  return { category: category.name, config, rows: result, seconds: clock.seconds() };
}

const weightsKey = ({ discriminator, k, normalisation }: BankConfig): string =>
  `${discriminator} ${k} ${normalisation}`;

/** Coresets of all points: greedy ones side by side in slots, others as they are. */
async function selectAll(
  threads: Threads,
  z: Float32Array,
  banks: readonly BankConfig[],
  keptOf: (bank: BankConfig) => Uint8Array | null,
  progress: (done: number, total: number) => void,
  signal: AbortSignal | undefined,
  seed: number,
): Promise<Int32Array[]> {
  const n = z.length / PROJECTED_DIMENSIONS;
  const most = Math.max(...banks.map(({ ratio }) => coresetSize(ratio, n)));
  const slots = Math.min(threads.count, banks.length);
  const selection = await prepareGreedy(threads, z, PROJECTED_DIMENSIONS, most, slots, 0);
  const picks = new Array<Int32Array>(banks.length);
  let next = 0;
  let done = 0;
  const lane = async (slot: number): Promise<void> => {
    while (next < banks.length) {
      const at = next++;
      const bank = banks[at];
      const kept = keptOf(bank) ?? undefined;
      const { sampler, ratio, firstPickFromKept } = bank;
      if (sampler === 'greedy' || sampler === 'exact') {
        const anchors =
          sampler === 'exact' ? ({ kind: 'all' } as const) : startRows(createRandom(seed).fork('sampler'), n);
        const options = { count: coresetSize(ratio, n), anchors, kept, firstPickFromKept };
        picks[at] = await selection.pick(slot, options, { signal });
      } else {
        const input = { z, d: PROJECTED_DIMENSIONS, ratio, kept, firstPickFromKept };
        picks[at] = await samplers[sampler](
          threadCompute(threads).selectRows,
          input,
          createRandom(seed).fork('sampler'),
          { signal },
        );
      }
      progress(++done, banks.length);
    }
  };
  await Promise.all(Array.from({ length: slots }, (_, slot) => lane(slot)));
  return picks;
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
