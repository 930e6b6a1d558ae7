import type { Base, CutRule } from '../view/base.js';

/** What of a base costs time and is remembered; the rest is read anew. */
export interface BaseParts {
  cut: CutRule;
  /** Rows of the bank at one cut. */
  coreset: number;
  arrays: Pick<Base, 'weights' | 'suspected' | 'picks' | 'counts' | 'from' | 'score'>;
}
