import type { Category } from '../../dataset/category.js';
import { gather } from '../../detector/bank.js';
import { INDEX_NEIGHBOURS, type Neighbours } from '../../detector/neighbours.js';
import { inspectTraining } from '../../detector/witness/inspect.js';
import { looksOf } from '../../detector/witness/searched-rows.js';
import { startingBank, witnessSettings } from '../../detector/witness/settings.js';
import type { EvaluateConfig } from '../../experiment/config.js';
import { contaminate } from '../../experiment/contaminate.js';
import type { Lab } from '../../experiment/lab.js';
import { patchGrid } from '../../features/layers.js';
import { featureReader } from '../../features/reader.js';
import { createRandom } from '../../random.js';
import type { CutRule } from '../view/base.js';
import { gatherSteps, type Step } from '../view/steps.js';
import { CUT_RANGES } from '../view/stop.js';
import type { BaseParts } from './parts.js';

/** Neighbours kept a query: doubted rows need others as witnesses. */
const DEPTH = 32;

/**
 * The cleaning method at every level (docs/cleaning.md 5): one bank for all, of whose rows more or fewer are doubted. Approximate
 * only where none of the 32 nearest rows counts; then the last of them stands in.
 * @throws InputError for images that cannot be compared; Cancelled.
 */
export async function doubtingParts(lab: Lab, category: Category, config: EvaluateConfig): Promise<BaseParts> {
  const { compute, reporter, signal } = lab;
  const settings = witnessSettings(config.settings);
  const { train, test } = contaminate(category, config);
  const { positions } = patchGrid(config.features);
  const reader = await featureReader(lab, config.features);
  const inspection = await inspectTraining(lab, reader, train, settings, createRandom(config.seed));
  const { patches, bank, groups, verdict } = inspection;
  const [{ judged, deviation, condemned, from, origin: usual }] = verdict.opinions;
  const doubts = verdict.doubted !== null;
  const sorted = judged.slice().sort();
  const high = sorted[Math.floor((judged.length - 1) * settings.quantile)];
  // Where no patch is doubted for being odd, none is at any level that can be chosen.
  const origin = from === null ? Math.log(sorted[sorted.length - 1]) + 1 - 2 * CUT_RANGES.level.low * deviation : usual;
  const { dimensions } = patches;
  const looks = doubts ? await looksOf(lab, inspection, settings) : [];
  const beside = Int32Array.from(new Set(looks.map(({ patch }) => patch)));
  const all = Int32Array.from([...bank.picks, ...beside]);
  const { rows } = gather({ rows: await patches.rows(), dimensions }, all, null, startingBank(settings));
  const index = await compute.run(INDEX_NEIGHBOURS, { bank: rows, d: dimensions, k: DEPTH });
  const queries = await reader.read(test, { progress: reporter.stage('test features'), signal });
  const found = await index.search(queries, { progress: reporter.stage('search'), signal });
  const image = Int32Array.from(all, (pick) => Math.floor(pick / positions));
  const trustedFrom = Array.from(bank.picks, (pick, row) =>
    condemned[image[row]] === 1 && judged[pick] > high ? Number.POSITIVE_INFINITY : judged[pick],
  );
  // A second look is there as long as one of the rows it is beside is doubted.
  const thereTo = new Map<number, number>();
  for (const { patch, row } of looks)
    thereTo.set(patch, Math.max(thereTo.get(patch) ?? Number.NEGATIVE_INFINITY, trustedFrom[row]));
  const doubtable = {
    rows: bank.picks.length,
    group: image.map((own) => groups[own]),
    from: Float32Array.from([...trustedFrom, ...Array.from(beside, (patch) => thereTo.get(patch)!)]),
  };
  const lowest = doubts ? Math.exp(origin + CUT_RANGES.level.low * deviation) : Number.POSITIVE_INFINITY;
  const depth = found.rows.length / (test.length * positions);
  const steps = gatherSteps(test.length * positions, lowest, (query) =>
    stepsOf(found, doubtable, { query, depth, witnesses: settings.witnesses, doubts }),
  );
  const margin = from === null ? 0 : from - settings.level;
  const cut: CutRule = { name: 'level', origin, deviation, margin, high, doubts };
  const picks = bank.picks.slice().sort();
  return {
    cut,
    coreset: picks.length,
    arrays: { weights: judged, suspected: Uint8Array.from(condemned), picks, ...steps },
  };
}

/** Rows of the bank, then second looks beside them. */
interface Doubtable {
  /** Rows of the bank. */
  rows: number;
  /** Of each its picture. */
  group: Int32Array;
  /** The cut from which on a row is trusted, a second look no longer there; +∞ where no cut makes it so. */
  from: Float32Array;
}

/** The score at each cut where one of the nearest rows changes sides, falling. */
function* stepsOf(
  found: Neighbours,
  { rows, group, from }: Doubtable,
  { query, depth, witnesses, doubts }: { query: number; depth: number; witnesses: number; doubts: boolean },
): Generator<Step> {
  const begin = query * depth;
  const near = found.rows.subarray(begin, begin + depth);
  const scoreAt = (cut: number): number => {
    const agreed = new Set<number>();
    for (let j = 0; j < near.length; j++) {
      if (!doubts || from[near[j]] <= cut) {
        if (near[j] < rows) return found.squared[begin + j];
        continue;
      }
      agreed.add(group[near[j]]);
      if (agreed.size === witnesses) return found.squared[begin + j];
    }
    return found.squared[begin + near.length - 1];
  };
  const turns = [...new Set(Array.from(near, (row) => from[row]))].filter(Number.isFinite).sort((a, b) => b - a);
  let last: Step | undefined;
  for (const turn of turns) {
    const step = { from: turn, score: scoreAt(turn) };
    if (last && last.score !== step.score) yield last;
    last = step;
  }
  if (last) yield last;
  yield { from: Number.NEGATIVE_INFINITY, score: scoreAt(Number.NEGATIVE_INFINITY) };
}
