import { isGreedy } from '../coreset/anchors.js';
import { continueGreedy } from '../coreset/continue-greedy.js';
import { coresetSize, samplers } from '../coreset/samplers.js';
import { discard } from '../denoise/cut.js';
import { PROJECTED_DIMENSIONS, project } from '../denoise/projection.js';
import type { Resources } from '../engine/resources.js';
import { rowsHere } from '../engine/rows.js';
import { InputError } from '../errors.js';
import type { TrainingPatches } from '../features/reader.js';
import { sharedFloats } from '../kernels/arena.js';
import type { Random } from '../random.js';
import { gather, type MemoryBank } from './bank.js';
import { type BankConfig, hasNeighbours } from './config.js';
import { projectionFor, weigh } from './fit-bank.js';

/** A grown bank: the rows of before, then those of new images. */
export interface ExtendedBank {
  bank: MemoryBank;
  /** Number of the first new patch: the new images are counted on from the old ones. */
  first: number;
  /** Rows that were added. */
  added: number;
}

/**
 * Grows a memory bank by new images without the old ones. New patches are weighed and removed among themselves as in a fit; the greedy
 * selection goes on from the rows that were chosen ({@link continueGreedy}) by trunc(ρ·new patches) further ones, `random` and `identity`
 * take their share of the new patches.
 * @throws InputError for too few images to judge their patches; Cancelled.
 */
export async function extendBank(
  lab: Resources,
  patches: TrainingPatches,
  old: MemoryBank,
  config: BankConfig,
  random: Random,
): Promise<ExtendedBank> {
  const { compute, threads, reporter, signal } = lab;
  const { positions, count, dimensions } = patches;
  const least = hasNeighbours(config) ? config.k + 1 : 2;
  if (config.discriminator && count / positions < least) {
    const problem = `${count / positions} new images are too few to judge their patches by each other`;
    throw new InputError(problem, `Give ${least} or more`);
  }
  const weights = config.discriminator ? (await weigh(lab, patches, config, random)).weights : null;
  const kept = weights && config.tau > 0 ? discard(weights, config.tau).kept : undefined;
  const rows = await patches.rows();
  const progress = reporter.stage('coreset');
  const { sampler, ratio } = config;
  let picks: Int32Array;
  if (isGreedy(sampler)) {
    const projection = projectionFor(random, 'coreset', dimensions);
    const z = await rowsHere(await project(compute, rows, dimensions, projection, { signal }));
    const chosen = await rowsHere(await project(compute, old.rows, dimensions, projection, { signal }));
    const job = { chosen, count: coresetSize(ratio, count), kept };
    picks = await continueGreedy(threads, z, PROJECTED_DIMENSIONS, job, { progress, signal });
  } else {
    const input = { z: new Float32Array(count), d: 1, ratio, kept };
    picks = await samplers[sampler](compute, input, random.fork('sampler'), { progress, signal });
  }
  const own = gather({ rows, dimensions }, picks, weights, config);
  const first = (Math.floor(old.picks.reduce((most, pick) => Math.max(most, pick), 0) / positions) + 1) * positions;
  const bank = {
    rows: joined(old.rows, own.rows, sharedFloats(old.rows.length + own.rows.length)),
    picks: Int32Array.from([...old.picks, ...own.picks.map((pick) => pick + first)]),
    weights: old.weights && own.weights && joined(old.weights, own.weights),
  };
  return { bank, first, added: picks.length };
}

function joined(
  a: Float32Array,
  b: Float32Array,
  into: Float32Array = new Float32Array(a.length + b.length),
): Float32Array {
  into.set(a);
  into.set(b, a.length);
  return into;
}
