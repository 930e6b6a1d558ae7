import { cpus } from 'node:os';
import { rankBySuspicion } from '../analysis/suspicion.js';
import { isBank } from '../detector/bank-system.js';
import { isDevice } from '../engine/names.js';
import { evaluate } from '../experiment/evaluate.js';
import { filterTraining } from '../experiment/filter.js';
import { fitSystem } from '../experiment/fit-system.js';
import type { Lab } from '../experiment/lab.js';
import { patchGrid } from '../features/layers.js';
import { median } from '../quantile.js';
import { noCache } from '../storage/cache.js';
import type { CellResult, Measured, NaturalRanking, Timed } from './cell-file.js';
import { coresetPoints } from './coreset-points.js';
import type { PlannedCell } from './plan.js';

/** Computes a cell. @throws InputError for bad input; Cancelled. */
export async function computeCell(lab: Lab, planned: PlannedCell): Promise<CellResult> {
  const { cell, config, key } = planned;
  const { engine, stages } = lab.compute;
  const where = { engine, ...(stages ? { stages } : {}) };
  const result: CellResult = { key, cell, ...where, config: withoutPaths(config) };
  switch (cell.kind) {
    case 'evaluate':
      return { ...result, evaluate: await measured(lab, planned) };
    case 'timing':
      return { ...result, timing: await timed(lab, planned) };
    case 'coreset':
      return { ...result, coreset: await coresetPoints(lab, planned) };
    case 'natural':
      return { ...result, natural: await natural(lab, planned) };
  }
}

/** A configuration that says the same on every machine: folders of weight files left out. */
function withoutPaths(config: PlannedCell['config']): unknown {
  return JSON.parse(JSON.stringify(config), (name, value) =>
    name === 'path' && typeof value === 'string' ? value.split(/[\\/]/).at(-1) : value,
  );
}

async function measured(lab: Lab, { config, noisy }: PlannedCell): Promise<Measured> {
  const { image, pixel, diagnostics, filter, notes, images } = await evaluate(lab, noisy.category, config);
  const scoresOf = (label: 0 | 1): number[] => images.filter((i) => i.label === label).map(({ score }) => score);
  const scores = { normal: scoresOf(0), anomalous: scoresOf(1) };
  if (!filter) return { image, pixel, diagnostics, filter: null, notes, scores };
  const { seconds: _, ...report } = filter;
  return { image, pixel, diagnostics, filter: report, notes, scores };
}

const REPEATS = 3;

/** Stages of training and inference (docs/methods.md 7): a warm-up, then the median of three runs that remember nothing. */
async function timed(lab: Lab, planned: PlannedCell): Promise<Timed> {
  const runs: Pick<Timed, 'train' | 'infer'>[] = [];
  const progress = lab.reporter.stage('timing');
  for (let repeat = 0; repeat <= REPEATS; repeat++) {
    const run = await timeOnce({ ...lab, cache: noCache() }, planned);
    if (repeat > 0) runs.push(run);
    progress(repeat, REPEATS);
  }
  const medians = (part: 'train' | 'infer'): Record<string, number> =>
    Object.fromEntries(Object.keys(runs[0][part]).map((stage) => [stage, median(runs.map((run) => run[part][stage]))]));
  const { engine } = lab.compute;
  const own = `${cpus()[0].model.trim()}, ${lab.threads.count} threads, Node ${process.version}`;
  const machine = isDevice(engine) ? `${engine}, ${own}` : own;
  return { repeats: REPEATS, machine, train: medians('train'), infer: medians('infer') };
}

async function timeOnce(lab: Lab, { config, noisy }: PlannedCell): Promise<Pick<Timed, 'train' | 'infer'>> {
  const begin = performance.now();
  const since = (start: number): number => (performance.now() - start) / 1000;
  const filtered = config.filter && (await filterTraining(lab, noisy.train, config.filter, config.seed));
  const { fitted } = await fitSystem(lab, filtered?.kept ?? noisy.train, config);
  // A bank gathers its rows when it is first searched; that belongs to training.
  if (isBank(fitted)) await fitted.bank.load();
  const trained = since(begin);
  const { denoise = 0, coreset = 0, fit = 0 } = fitted.seconds;
  const filter = filtered?.report.seconds ?? 0;
  const start = performance.now();
  for await (const _ of fitted.score(noisy.test));
  const inferred = since(start);
  const { search = 0, map = 0 } = fitted.seconds;
  lab.threads.release();
  return {
    train: { filter, features: trained - filter - denoise - coreset - fit, denoise, coreset, fit },
    infer: { features: inferred - search - map, search, map },
  };
}

/** Training images by suspicion: candidates for natural noise (Figure 8). */
async function natural(lab: Lab, { config, noisy }: PlannedCell): Promise<NaturalRanking> {
  const { fitted } = await fitSystem(lab, noisy.train, config);
  return { images: rankBySuspicion(fitted, noisy.train, patchGrid(config.features).positions) };
}
