/** What a detector's scores mean: how images score that it was not fitted on. */
export interface Calibration {
  /**
   * Where the scores come from. `leave-one-out`: training images, each scored without what was stored of it. `refit`: training
   * images, each scored by a detector fitted on the other folds. `held-out`: images that were given for it. `in-sample`:
   * training images as they are, too low.
   */
  how: 'leave-one-out' | 'refit' | 'held-out' | 'in-sample';
  /** The chosen share of normal images that may be called anomalous, in (0, 1); null where labelled defects chose it. */
  falseAlarms: number | null;
  /** Scores of normal images, ascending. */
  scores: number[];
  /** Highest scores that were left out, because so many of the images were assumed to be defective. */
  assumedDefective: number;
  /** Scores of labelled defects, ascending; empty where none were given. */
  defects: number[];
}
