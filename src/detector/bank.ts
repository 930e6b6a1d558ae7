import type { Rows } from '../engine/rows.js';
import { gatherRows } from '../kernels/gather-rows.js';
import { roundToHalf } from '../storage/half.js';
import type { BankConfig } from './config.js';

/** A fitted memory bank with what is known of how it came about. */
export interface MemoryBank {
  /** [picks × dimensions] original embeddings, in order of selection. */
  rows: Float32Array;
  /** [picks] training patch of each row (image·positions + position). */
  picks: Int32Array;
  /** [picks] soft weights, or null where none multiply the scores. */
  weights: Float32Array | null;
}

/** A bank whose rows are gathered only when something has to be searched. */
export interface LazyBank extends Omit<MemoryBank, 'rows'> {
  /** Identity of the rows, for the cache. */
  key: string;
  load(): Promise<MemoryBank>;
  /** The rows where they lie, for a search. Default: those of `load`. */
  stay?(): Promise<Rows>;
}

/** The picked rows of patches [n × dimensions] and their weights as a bank, rounded to half precision if so configured. */
export function gather(
  { rows, dimensions }: { rows: Float32Array; dimensions: number },
  picks: Int32Array,
  weights: Float32Array | null,
  config: Pick<BankConfig, 'softWeights'> & Partial<Pick<BankConfig, 'precision'>>,
): MemoryBank {
  const own = gatherRows(rows, dimensions, picks);
  if (config.precision === 'half') roundToHalf(own);
  return { rows: own, picks, weights: storedWeights(picks, weights, config) };
}

/** The bank without the rows of some patches. */
export function withoutPatches({ rows, picks, weights }: MemoryBank, dropped: (patch: number) => boolean): MemoryBank {
  const others = Int32Array.from(picks.keys()).filter((row) => !dropped(picks[row]));
  return {
    rows: gatherRows(rows, rows.length / picks.length, others),
    picks: others.map((row) => picks[row]),
    weights: weights && Float32Array.from(others, (row) => weights[row]),
  };
}

/** Values of a bank's row. */
export function bankDimensions({ rows, picks }: Pick<MemoryBank, 'rows' | 'picks'>): number {
  return rows.length / picks.length;
}

/** The picks' weights, clamped at 0, or null where they do not multiply scores. */
export function storedWeights(
  picks: Int32Array,
  weights: Float32Array | null,
  { softWeights }: Pick<BankConfig, 'softWeights'>,
): Float32Array | null {
  return softWeights && weights ? Float32Array.from(picks, (pick) => Math.max(0, weights[pick])) : null;
}
