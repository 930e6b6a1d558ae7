import { checkIndices, checkLength } from '../arguments.js';
import { InputError } from '../errors.js';
import type { Anchors } from './anchors.js';

/** What to select. */
export interface GreedyOptions {
  /** Rows to pick. */
  count: number;
  anchors: Anchors;
  /** [n] of 1 and 0: rows of 0 are dropped after the first pick (docs/methods.md 4.1, step 6). All stay by default. */
  kept?: Uint8Array;
  /** Let the first pick, too, come from the kept rows. The authors' code does not, so it may pick an extreme noisy row. */
  firstPickFromKept?: boolean;
}

/** Checks the options of a selection among n rows. @throws RangeError; InputError where no row is kept. */
export function checkSelection(n: number, { anchors, kept, firstPickFromKept }: Omit<GreedyOptions, 'count'>): void {
  if (anchors.kind === 'starts') {
    if (anchors.rows.length === 0) throw new RangeError('anchors.rows is empty');
    checkIndices('anchors.rows', anchors.rows, n);
  }
  if (kept) checkLength('kept', kept, n);
  if (firstPickFromKept && kept && !kept.includes(1)) {
    throw new InputError('kept holds no row to pick from', 'Remove fewer patches');
  }
}

/** @throws InputError if count is not in 1…n. */
export function checkCount(count: number, n: number): void {
  if (Number.isInteger(count) && count >= 1 && count <= n) return;
  throw new InputError(`a coreset of ${count} of ${n} patches is impossible`, 'Give a ratio above 0 and below 1');
}
