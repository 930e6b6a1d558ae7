/** Eight points with published LOF, nearest, gaussian and greedy values (checked against scikit-learn). */
export const POINTS: readonly (readonly [number, number])[] = [
  [0, 0],
  [1, 0.1],
  [0.2, 1.3],
  [1.1, 0.9],
  [0.45, 0.6],
  [5, 5.2],
  [0.15, 0.7],
  [0.9, 0.35],
];

/** Their squared distances [8 × 8]. */
export const SQUARED: Float32Array = Float32Array.from(
  POINTS.flatMap((a) => POINTS.map((b) => (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2)),
);
