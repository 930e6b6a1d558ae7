import { gather, storedWeights } from '../detector/bank.js';
import type { BankConfig } from '../detector/config.js';
import { MOST_BANKS, nearestInBanks } from '../detector/neighbours-many.js';
import { createScorer, patchScores } from '../detector/score.js';
import type { Resources } from '../engine/resources.js';

/** A bank by its picks among all training patches, with the weights of all patches where there are any. */
export interface PickedBank {
  bank: BankConfig;
  picks: Int32Array;
  weights: Float32Array | null;
}

/**
 * Patch scores [queries] of each bank, in order, each exactly what its detector gives. Banks of single precision and one
 * neighbour are searched together on the threads, others one by one where the stages run.
 * @param rows training patches [n × dimensions]. @param queries test patches [q × dimensions]. @throws Cancelled.
 */
export async function* bankScores(
  lab: Resources,
  { rows, dimensions }: { rows: Float32Array; dimensions: number },
  banks: readonly PickedBank[],
  queries: Float32Array,
): AsyncGenerator<{ at: number; scores: Float32Array }> {
  const { threads, compute, signal } = lab;
  const count = queries.length / dimensions;
  const plain = ({ bank }: PickedBank): boolean => bank.neighbours === 1 && bank.precision === 'single';
  const together = banks.flatMap((picked, at) => (plain(picked) ? [{ ...picked, at }] : []));
  for (let from = 0; from < together.length; from += MOST_BANKS) {
    const group = together.slice(from, from + MOST_BANKS);
    const picks = group.map((picked) => picked.picks);
    const nearest = await nearestInBanks(threads, rows, dimensions, picks, queries, { signal });
    for (const [b, { at, bank, weights }] of group.entries()) {
      const [first, last] = [b * count, (b + 1) * count];
      const own = storedWeights(nearest.patches.subarray(first, last), weights, bank);
      const squared = nearest.squared.subarray(first, last);
      yield { at, scores: own ? squared.map((value, i) => value * own[i]) : squared };
    }
  }
  for (const [at, picked] of banks.entries()) {
    if (plain(picked)) continue;
    const bank = gather({ rows, dimensions }, picked.picks, picked.weights, picked.bank);
    const scorer = await createScorer(compute, bank, picked.bank.neighbours);
    yield { at, scores: patchScores(await scorer.neighbours(queries, { signal }), bank.weights, count) };
  }
}
