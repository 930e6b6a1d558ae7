import type { Stop } from './stop.js';

/** A training image. */
export interface TrainEntry {
  name: string;
  /** Whether it was injected. */
  noise: boolean;
}

/** A test image. */
export interface TestEntry {
  name: string;
  type: string;
  label: 0 | 1 | null;
  /** Whether it stands among the training images, too. */
  leaked: boolean;
}

/** How the cut follows from what a person chooses. */
export type CutRule =
  /** The cut is the (1 − τ)-quantile of all weights. */
  | { name: 'tau' }
  /**
   * The cut is exp(origin + level · deviation), where the origin lies `margin` deviations above an ordinary image's; in suspected
   * images patches above `high` count, too. With `doubts` false nothing is doubted whatever the level.
   */
  | { name: 'level'; origin: number; deviation: number; margin: number; high: number; doubts: boolean };

/** What is known of a stop without its arrays. */
export interface BaseFacts {
  stop: Stop;
  category: string;
  cut: CutRule;
  /** The cut's value that the configuration states. */
  usual: number;
  /** Patches a side. */
  grid: number;
  /** Pixels a side of what the network sees. */
  crop: number;
  train: TrainEntry[];
  test: TestEntry[];
  /** Whether defects have masks. */
  masked: boolean;
  /** Rows of the bank at one cut; `picks` may be the union of several. */
  coreset: number;
}

/** Everything the browser needs to answer any cut at a stop. All by patch: image·positions + position. */
export interface Base extends BaseFacts {
  /** [train·positions] how noisy each training patch is judged. */
  weights: Float32Array;
  /** [train] of 1 (suspected by the cleaning method) and 0. */
  suspected: Uint8Array;
  /** [train·positions] of 1 (defective by mask) and 0; empty where unknown. */
  defects: Uint8Array;
  /** Training patches of the bank, ascending. */
  picks: Int32Array;
  /** [test·positions] steps of each test patch. */
  counts: Uint8Array;
  /** [steps] the cut from which on a step's score holds, falling within a patch, the last −∞. */
  from: Float32Array;
  /** [steps] */
  score: Float32Array;
  /** [test × thin²] of 1 (defect) and 0, thinned; empty without masks. */
  masks: Uint8Array;
}

/** Names of the arrays of a base. */
export const BASE_ARRAYS = ['weights', 'suspected', 'defects', 'picks', 'counts', 'from', 'score', 'masks'] as const;
