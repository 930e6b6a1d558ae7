import type { WholeRows } from './whole-rows.js';

/** Rows of a block. */
export const BLOCK_ROWS = 8;
/** Rows looked at to find where a part is widest, and steps taken. */
const LOOKED_AT = 32;
const STEPS = 2;

/** Rows [n × own] that are being put in order. */
export interface Ordering {
  rows: Float32Array;
  own: number;
  /** [n] the row at each place. */
  order: Int32Array;
  /** [n] room for where each lies along a part's direction. */
  keys: Float32Array;
}

/**
 * An order of rows [n × own] in which each 8 that follow each other lie near each other: halved again and again at the median along the
 * direction in which a part is widest. Only speed depends on it. @returns the row at each place [n].
 */
export function tightOrder(rows: Float32Array, own: number): Int32Array {
  const order = Int32Array.from({ length: rows.length / own }, (_, i) => i);
  orderPart({ rows, own, order, keys: new Float32Array(order.length) }, 0, order.length);
  return order;
}

/** Orders the places [from, to) of rows: what lies in other places does not matter. */
export function orderPart(ordering: Ordering, from: number, to: number): void {
  const parts: [from: number, to: number][] = [[from, to]];
  for (let part = parts.pop(); part; part = parts.pop()) {
    const middle = halve(ordering, ...part);
    if (middle !== null) parts.push([part[0], middle], [middle, part[1]]);
  }
}

/** Halves the places [from, to) in whole blocks. @returns where; null where no more than one block is left. */
export function halve({ rows, own, order, keys }: Ordering, from: number, to: number): number | null {
  if (to - from <= BLOCK_ROWS) return null;
  const direction = new Float64Array(own);
  widest(rows, own, order, from, to, direction);
  for (let i = from; i < to; i++) {
    const at = order[i] * own;
    let along = 0;
    for (let a = 0; a < own; a++) along += direction[a] * rows[at + a];
    keys[i] = along;
  }
  const middle = from + Math.ceil((to - from) / 2 / BLOCK_ROWS) * BLOCK_ROWS;
  partition(keys, order, from, to, middle);
  return middle;
}

/** The direction in which some of a part's rows vary most, roughly: steps of power iteration from the coordinate in which they do. */
function widest(
  rows: Float32Array,
  own: number,
  order: Int32Array,
  from: number,
  to: number,
  direction: Float64Array,
): void {
  const looked = Math.min(LOOKED_AT, to - from);
  const centred = new Float64Array(looked * own);
  for (let s = 0; s < looked; s++) {
    const row = order[from + Math.floor((s * (to - from)) / looked)] * own;
    for (let a = 0; a < own; a++) centred[s * own + a] = rows[row + a];
  }
  let [best, most] = [0, -1];
  for (let a = 0; a < own; a++) {
    let [mean, spread] = [0, 0];
    for (let at = a; at < centred.length; at += own) mean += centred[at] / looked;
    for (let at = a; at < centred.length; at += own) {
      centred[at] -= mean;
      spread += centred[at] * centred[at];
    }
    if (spread > most) [best, most] = [a, spread];
  }
  direction.fill(0);
  direction[best] = 1;
  const next = new Float64Array(own);
  for (let step = 0; step < STEPS; step++) {
    next.fill(0);
    for (let at = 0; at < centred.length; at += own) {
      let along = 0;
      for (let a = 0; a < own; a++) along += direction[a] * centred[at + a];
      for (let a = 0; a < own; a++) next[a] += along * centred[at + a];
    }
    let length = 0;
    for (let a = 0; a < own; a++) length += next[a] * next[a];
    // Rows that are all alike have no direction: any will do.
    if (!(length > 0)) return;
    const scale = 1 / Math.sqrt(length);
    for (let a = 0; a < own; a++) direction[a] = next[a] * scale;
  }
}

/** Brings the smaller keys of [from, to) before `middle`, the order with them (Hoare's selection). */
function partition(keys: Float32Array, order: Int32Array, from: number, to: number, middle: number): void {
  let [low, high] = [from, to - 1];
  while (low < high) {
    const pivot = keys[(low + high) >> 1];
    let [i, j] = [low, high];
    while (i <= j) {
      while (keys[i] < pivot) i++;
      while (keys[j] > pivot) j--;
      if (i > j) break;
      const [key, row] = [keys[i], order[i]];
      keys[i] = keys[j];
      order[i] = order[j];
      keys[j] = key;
      order[j] = row;
      i++;
      j--;
    }
    if (middle <= j) high = j;
    else if (middle >= i) low = i;
    else return;
  }
}

/** What lies in the midst of each block, in whole numbers. */
export interface Middles {
  /** [blocks × padded] */
  middles: Int16Array;
  /** Squares of the middles [blocks]. */
  squares: Int32Array;
  /** Distance of each row from its block's middle, rounded up [8 · blocks]. */
  offsets: Float32Array;
}

/** Fills in the rounded mean of each block of rows that lie in an order. @param order by rows where null. */
export function fillMiddles(
  { middles, squares, offsets }: Middles,
  { values, padded }: WholeRows,
  order: Int32Array | null,
): void {
  const n = values.length / padded;
  const middle = new Float64Array(padded);
  for (let from = 0; from < n; from += BLOCK_ROWS) {
    const block = from / BLOCK_ROWS;
    const to = Math.min(n, from + BLOCK_ROWS);
    middle.fill(0);
    for (let place = from; place < to; place++) {
      const at = (order ? order[place] : place) * padded;
      for (let a = 0; a < padded; a++) middle[a] += values[at + a];
    }
    let own = 0;
    for (let a = 0; a < padded; a++) {
      middle[a] = Math.round(middle[a] / (to - from));
      middles[block * padded + a] = middle[a];
      own += middle[a] * middle[a];
    }
    squares[block] = own;
    for (let place = from; place < to; place++) {
      const at = (order ? order[place] : place) * padded;
      let sum = 0;
      for (let a = 0; a < padded; a++) {
        const delta = values[at + a] - middle[a];
        sum += delta * delta;
      }
      offsets[place] = Math.sqrt(sum) * 1.000001;
    }
  }
}
