import type { Random } from '../../random.js';
import { CONDITION } from './condition.js';
import type { CflowSettings } from './settings.js';

/** A layer's flow: channels of its vectors and number of blocks. */
export interface FlowShape {
  channels: number;
  blocks: number;
}

/** Widths inside a block: x1 passes, x2 is transformed; the subnet goes from x1 and the code to twice that. */
export function blockWidths(channels: number): { passed: number; moved: number; inner: number } {
  const moved = Math.floor(channels / 2);
  const passed = channels - moved;
  return { passed, moved, inner: 2 * (passed + CONDITION) };
}

/** Names and shapes of a block's trained tensors, in the order they are stored. */
export function blockTensors(channels: number): [name: string, shape: number[]][] {
  const { passed, moved, inner } = blockWidths(channels);
  return [
    ['weight1', [passed + CONDITION, inner]],
    ['bias1', [inner]],
    ['weight2', [inner, 2 * moved]],
    ['bias2', [2 * moved]],
    ['scale', [channels]],
    ['shift', [channels]],
  ];
}

const size = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);

/** Numbers a flow trains. */
export function parameterCount({ channels, blocks }: FlowShape): number {
  return blocks * blockTensors(channels).reduce((sum, [, shape]) => sum + size(shape), 0);
}

/** Splits a flow's flat parameters into its tensors: views, block after block. */
export function splitParameters({ channels, blocks }: FlowShape, flat: Float32Array): [Float32Array, number[]][] {
  const parts: [Float32Array, number[]][] = [];
  let at = 0;
  for (let b = 0; b < blocks; b++) {
    for (const [, shape] of blockTensors(channels)) {
      parts.push([flat.subarray(at, at + size(shape)), shape]);
      at += size(shape);
    }
  }
  return parts;
}

/** The scale's raw value at which a block scales by 1: 2·ln(e⁵ − 1), since γ = 0.2·ln(1 + e^{g/2}). */
export const NEUTRAL_SCALE: number = 2 * Math.log(Math.exp(5) - 1);

/** Fresh parameters (docs/methods.md 6.1): linear layers U(±1/√fan-in), scale neutral, shift 0. */
export function freshParameters(shape: FlowShape, random: Random, flat: Float32Array): Float32Array {
  const { passed, inner } = blockWidths(shape.channels);
  const bounds = [passed + CONDITION, passed + CONDITION, inner, inner].map((fan) => 1 / Math.sqrt(fan));
  for (const [i, [values]] of splitParameters(shape, flat).entries()) {
    const kind = i % 6;
    if (kind < 4) for (let v = 0; v < values.length; v++) values[v] = random.uniform(-bounds[kind], bounds[kind]);
    else values.fill(kind === 4 ? NEUTRAL_SCALE : 0);
  }
  return flat;
}

/** How each block mixes its channels after moving them; fixed, so drawn again from the seed instead of stored. */
export type Mixing =
  | { kind: 'permutation'; order: Int32Array; inverse: Int32Array }
  | { kind: 'rotation'; matrix: Float32Array; transposed: Float32Array };

export function drawMixing({ channels, blocks }: FlowShape, kind: CflowSettings['mixing'], random: Random): Mixing[] {
  return Array.from({ length: blocks }, (_, b): Mixing => {
    const own = random.fork(`mixing/${b}`);
    if (kind === 'permutation') {
      const order = own.distinct(channels, channels);
      const inverse = new Int32Array(channels);
      order.forEach((from, to) => {
        inverse[from] = to;
      });
      return { kind, order, inverse };
    }
    const matrix = randomRotation(channels, own);
    return {
      kind,
      matrix,
      transposed: matrix.map((_, at) => matrix[(at % channels) * channels + Math.floor(at / channels)]),
    };
  });
}

/** A random rotation [d × d], row-major: normal rows made orthonormal by Gram–Schmidt, determinant made positive. */
export function randomRotation(d: number, random: Random): Float32Array {
  const rows = Array.from({ length: d }, () => Float64Array.from({ length: d }, () => random.normal()));
  const lengths = new Float64Array(d);
  for (let i = 0; i < d; i++) {
    // Twice, because once leaves rounding errors that grow with d.
    for (let round = 0; round < 2; round++) {
      for (let j = 0; j < i; j++) {
        let dot = 0;
        for (let k = 0; k < d; k++) dot += rows[i][k] * rows[j][k];
        for (let k = 0; k < d; k++) rows[i][k] -= dot * rows[j][k];
      }
    }
    lengths[i] = Math.sqrt(rows[i].reduce((sum, value) => sum + value * value, 0));
    rows[i] = rows[i].map((value) => value / lengths[i]);
  }
  if (determinantSign(rows) < 0) rows[0] = rows[0].map((value) => -value);
  const out = new Float32Array(d * d);
  for (const [i, row] of rows.entries()) out.set(row, i * d);
  return out;
}

function determinantSign(rows: readonly Float64Array[]): number {
  const work = rows.map((row) => row.slice());
  const d = work.length;
  let sign = 1;
  for (let c = 0; c < d; c++) {
    let pivot = c;
    for (let r = c + 1; r < d; r++) if (Math.abs(work[r][c]) > Math.abs(work[pivot][c])) pivot = r;
    if (pivot !== c) {
      [work[c], work[pivot]] = [work[pivot], work[c]];
      sign = -sign;
    }
    if (work[c][c] < 0) sign = -sign;
    for (let r = c + 1; r < d; r++) {
      const factor = work[r][c] / work[c][c];
      for (let k = c; k < d; k++) work[r][k] -= factor * work[c][k];
    }
  }
  return sign;
}
