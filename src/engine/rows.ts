/** Rows [count × d] in a device's memory, which need not come home between two of its stages. */
export interface FarRows {
  readonly count: number;
  readonly d: number;
  /** The host's copy [count × d], in shared memory; read once. @throws OutOfMemory where the device has no room to read it. */
  here(): Promise<Float32Array>;
  /** Some of the rows, in the order given; they stay there if there is room. Rejects with a RangeError for a row that is not there. */
  gather(rows: Int32Array): Promise<Rows>;
  /** Gives their memory back. What was read before stays. */
  free(): void;
}

/** Rows in the host's memory, row-major, or in a device's. A stage takes either; threads read the latter home. */
export type Rows = Float32Array | FarRows;

export function isFar(rows: Rows): rows is FarRows {
  return !ArrayBuffer.isView(rows);
}

/** The rows in the host's memory, row-major. */
export async function rowsHere(rows: Rows): Promise<Float32Array> {
  return isFar(rows) ? rows.here() : rows;
}

/** Number of rows. @param d values of each, for those that are here. */
export function rowCount(rows: Rows, d: number): number {
  return isFar(rows) ? rows.count : rows.length / d;
}
