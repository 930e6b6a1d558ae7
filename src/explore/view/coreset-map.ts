/** Rows of a bank in the plane. */
export type CoresetMap = {
  /** [rows] training patch of each. */
  patches: Int32Array;
  /** [rows × 2] */
  plane: Float32Array;
};
