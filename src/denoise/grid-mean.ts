/**
 * Means over 3 × 3 patches of the grid, the edge repeated: a defect is a connected spot, a rare normal patch a speck.
 * @param values [images·side·side], image-major. @returns the same shape.
 */
export function gridMean(values: Float32Array, side: number): Float32Array {
  const positions = side * side;
  const inside = (at: number): number => Math.min(side - 1, Math.max(0, at));
  const around = Array.from({ length: positions }, (_, p) =>
    [-1, 0, 1].flatMap((dy) =>
      [-1, 0, 1].map((dx) => inside(Math.floor(p / side) + dy) * side + inside((p % side) + dx)),
    ),
  );
  const out = new Float32Array(values.length);
  for (let from = 0; from < values.length; from += positions) {
    for (let p = 0; p < positions; p++) {
      let sum = 0;
      for (const other of around[p]) sum += values[from + other];
      out[from + p] = sum / 9;
    }
  }
  return out;
}
