/** An exact result at a cut: what `evaluate` or `sweep` gave. */
export interface ExactPoint {
  chosen: number;
  image: number | null;
  pixel: number | null;
}

/** A single evaluation in full. */
export interface ExactResult extends ExactPoint {
  imageAp: number | null;
  aupro: number | null;
  /** [test] exact image scores, in the order of the test images. */
  scores: number[];
  seconds: number;
}

/** What is known exactly of a stop. */
export interface Exact {
  /** By `chosen`, ascending. */
  curve: ExactPoint[];
  points: ExactResult[];
}

/** Cuts at which an exact curve is computed. */
export const CURVE_AT: Readonly<Record<'tau' | 'level', readonly number[]>> = {
  tau: [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5],
  level: [-1, 0, 1, 2, 3, 4, 5],
};
