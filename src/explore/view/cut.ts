import type { Base } from './base.js';

/** Which training patches a cut removes (τ) or doubts (level). */
export interface Cut {
  /** The weight above which patches are removed or doubted. */
  value: number;
  /** [train·positions] of 1 (removed) and 0. */
  removed: Uint8Array;
  count: number;
}

const sorted = new WeakMap<Float32Array, Float32Array>();

/** The cut's value, by τ as `discard` takes it, or by the cleaning method's level. */
export function cutValue({ cut, weights }: Pick<Base, 'cut' | 'weights'>, chosen: number): number {
  if (cut.name === 'level') {
    return cut.doubts ? Math.fround(Math.exp(cut.origin + chosen * cut.deviation)) : Number.POSITIVE_INFINITY;
  }
  let order = sorted.get(weights);
  if (!order) {
    order = weights.slice().sort();
    sorted.set(weights, order);
  }
  const rank = (order.length - 1) * (1 - chosen);
  const low = Math.floor(rank);
  const high = Math.min(low + 1, order.length - 1);
  return Math.fround(order[low] + (order[high] - order[low]) * (rank - low));
}

/** What is removed or doubted at a chosen τ or level. */
export function cutAt(base: Pick<Base, 'cut' | 'weights' | 'suspected'>, chosen: number): Cut {
  const { cut, weights, suspected } = base;
  const value = cutValue(base, chosen);
  const positions = weights.length / suspected.length;
  const removed = new Uint8Array(weights.length);
  let count = 0;
  for (let image = 0, patch = 0; image < suspected.length; image++) {
    const own = cut.name === 'level' && cut.doubts && suspected[image] === 1 ? Math.min(value, cut.high) : value;
    for (let p = 0; p < positions; p++, patch++) if (weights[patch] > own) count += removed[patch] = 1;
  }
  return { value, removed, count };
}

/** The τ or level whose cut lies at a weight. */
export function chosenAt(base: Pick<Base, 'cut' | 'weights'>, weight: number): number {
  const { cut } = base;
  if (cut.name === 'level') return (Math.log(Math.max(weight, Number.MIN_VALUE)) - cut.origin) / cut.deviation;
  cutValue(base, 0);
  const order = sorted.get(base.weights)!;
  let [low, high] = [0, order.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (order[middle] <= weight) low = middle + 1;
    else high = middle;
  }
  return 1 - low / order.length;
}
