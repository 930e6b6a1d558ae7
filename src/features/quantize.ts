import type { Span } from './spec.js';

/** Steps of a weight on either side of 0. */
const STEPS = 64;

/** Most that a bias takes of 32 bits, in its unit. */
const MOST_OF_BIAS = 2 ** 30;

/** A value x as a byte: round(x / scale) + zero, kept in 0…255. */
export interface ByteScale {
  scale: number;
  zero: number;
}

/** The 256 values that bytes stand for, evenly over a span; 0 is one of them. */
export function byteScale([low, high]: Span): ByteScale {
  const scale = Math.fround((high - low) / 255) || 1;
  return { scale, zero: Math.min(255, Math.max(0, Math.round(-low / scale))) };
}

/** A convolution in whole numbers: value = whole · scale of its output channel; a bias in units of that and the input's scale. */
export interface WholeKernel {
  /** [out × …] in −64…64. */
  weight: Int8Array;
  /** [out] */
  bias: Int32Array;
  /** [out] */
  scales: Float32Array;
}

/**
 * A kernel [out × …] and bias [out] in whole numbers, symmetric around 0, each output channel by its own largest weight. Weights take 7
 * bits of 8: processors without VNNI add two products of a byte and a weight in 16 bits, and 2 · 255 · 64 still fits, so that all
 * processors give the same sums. A channel of next to no weights, as trained networks have, is scaled by its bias.
 */
export function wholeKernel(weight: Float32Array, bias: Float32Array, inputScale: number): WholeKernel {
  const out = bias.length;
  const each = weight.length / out;
  const scales = new Float32Array(out);
  for (let c = 0; c < out; c++) {
    let largest = 0;
    for (let i = c * each; i < (c + 1) * each; i++) largest = Math.max(largest, Math.abs(weight[i]));
    scales[c] = Math.max(largest / STEPS, Math.abs(bias[c]) / (MOST_OF_BIAS * inputScale)) || 1;
  }
  return {
    weight: Int8Array.from(weight, (value, i) => Math.round(value / scales[Math.floor(i / each)])),
    bias: Int32Array.from(bias, (value, c) => Math.round(value / (scales[c] * inputScale))),
    scales,
  };
}
