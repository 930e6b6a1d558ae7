/** Norms up to which rows and queries go, in whole units: their sum squared, and twice a query, fit the kernel's integers. */
const ROW_NORM = 10000;
const QUERY_NORM = 16000;
/** Values of a row are padded to whole vectors of the kernel (the finer bound's loop takes two). */
const VECTOR = 8;

/** How reduced rows [own + 1 values: coordinates and the residual's norm] become 16-bit whole numbers. */
export interface WholeScale {
  /** Values of a reduced row. */
  own: number;
  /** The same, padded to a multiple of 8 with zeros. */
  padded: number;
  /** The mean residual's norm, taken off it: distances stay, norms shrink. */
  centre: number;
  /** Whole units to one of distance. */
  scale: number;
  /** Largest distance of a row from its whole form. */
  error: number;
}

/** Reduced rows in whole numbers. */
export interface WholeRows extends WholeScale {
  /** [rows × padded] */
  values: Int16Array;
}

/** Values of a row in whole numbers, with their padding. */
export const paddedWhole = (own: number): number => Math.ceil(own / VECTOR) * VECTOR;

/** Rounds reduced rows [n × own] to whole numbers, at the largest scale at which all of them fit. */
export function wholeRows(rows: Float32Array, own: number): WholeRows {
  const n = rows.length / own;
  const padded = paddedWhole(own);
  let centre = 0;
  for (let i = 0; i < n; i++) centre += rows[(i + 1) * own - 1] / n;
  let largest = 0;
  for (let i = 0; i < n; i++) {
    let squares = (rows[(i + 1) * own - 1] - centre) ** 2;
    for (let a = 0; a < own - 1; a++) squares += rows[i * own + a] ** 2;
    largest = Math.max(largest, squares);
  }
  const whole = { own, padded, centre, scale: ROW_NORM / Math.max(Math.sqrt(largest), 1e-30), error: 0 };
  const values = new Int16Array(n * padded);
  for (let i = 0; i < n; i++) {
    whole.error = Math.max(whole.error, roundRow(rows, i * own, 1, whole, values, i * padded));
  }
  return { ...whole, values };
}

/** Rows [from, to) of them, at the same scale. */
export function wholePart(whole: WholeRows, from: number, to: number): WholeRows {
  return { ...whole, values: whole.values.subarray(from * whole.padded, to * whole.padded) };
}

/**
 * Rounds a query as the rows were. One that lies farther out than they do is drawn in towards them: a projection onto a ball
 * that holds every row brings it no farther from any, so that bounds stay bounds.
 * @param out [padded] @returns the distance by which its whole form may lie farther from a row than it does itself.
 */
export function wholeQuery(queries: Float32Array, q: number, whole: WholeScale, out: Int16Array): number {
  const { own, centre, scale } = whole;
  let squares = (queries[(q + 1) * own - 1] - centre) ** 2;
  for (let a = q * own; a < (q + 1) * own - 1; a++) squares += queries[a] * queries[a];
  const norm = Math.sqrt(squares) * scale;
  return roundRow(queries, q * own, norm > QUERY_NORM ? QUERY_NORM / norm : 1, whole, out, 0);
}

/** Rounds one row, drawn in by `shrink`; returns its rounding error in distance. */
function roundRow(
  rows: Float32Array,
  from: number,
  shrink: number,
  { own, centre, scale }: WholeScale,
  out: Int16Array,
  to: number,
): number {
  const factor = shrink * scale;
  let error = 0;
  for (let a = 0; a < own; a++) {
    const value = (a === own - 1 ? rows[from + a] - centre : rows[from + a]) * factor;
    const rounded = value < 0 ? -((0.5 - value) | 0) : (0.5 + value) | 0;
    out[to + a] = rounded;
    error += (value - rounded) * (value - rounded);
  }
  return Math.sqrt(error) / scale;
}

/** Rows of a panel. */
const PANEL = 8;
/** |x|² of padding: beyond every limit, and with a query's square still 32 bits. */
const FAR = 0x3fffffff;

/**
 * Lays rows out for the kernels: panels [rows/8 × padded/2 × 8 × 2] of pairs of dimensions, and squares [rows].
 * Rows beyond the last are at a distance beyond every limit. @param order which row lies at each place; by rows where null.
 */
export function fillWholePanels(
  panels: Int16Array,
  squares: Int32Array,
  { values, padded }: WholeRows,
  order: Int32Array | null = null,
): void {
  squares.fill(FAR);
  for (let i = 0; i * padded < values.length; i++) {
    const row = order ? order[i] : i;
    const at = Math.floor(i / PANEL) * PANEL * padded + 2 * (i % PANEL);
    let sum = 0;
    for (let a = 0; a < padded; a++) {
      const value = values[row * padded + a];
      panels[at + (a >> 1) * 2 * PANEL + (a & 1)] = value;
      sum += value * value;
    }
    squares[i] = sum;
  }
}
