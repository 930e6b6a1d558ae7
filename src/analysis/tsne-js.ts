import { InputError } from '../errors.js';
import type { Random } from '../random.js';

/** More points cost minutes: every pair goes through a view object, four minutes for 1,000. */
export const MOST_POINTS = 500;

interface TsneJs {
  new (
    options: object,
  ): {
    init(input: { data: number[][]; type: 'dense' }): void;
    run(): [error: number, iterations: number];
    getOutput(): number[][];
  };
}

/**
 * The npm package tsne-js on points [n × d], n ≤ 500 → [n × 2]. Its learning rate is set to where it converges best, and
 * its `Math.random` start is taken from `random`. Ours ({@link tsne}) is faster and ends lower; this one is for comparison.
 * @throws InputError for more points, or where the package is not installed.
 */
export async function tsneJs(points: Float32Array, d: number, random: Random): Promise<Float64Array> {
  const n = points.length / d;
  if (n > MOST_POINTS) throw new InputError(`tsne-js on ${n} points would take hours`, `Give at most ${MOST_POINTS}`);
  const name = 'tsne-js';
  const { default: TSNE } = (await import(name).catch(() => {
    throw new InputError('tsne-js is not installed', 'Run npm install tsne-js@1.0.3');
  })) as { default: TsneJs & { default?: TsneJs } };
  const options = {
    dim: 2,
    perplexity: Math.min(30, (n - 1) / 3),
    earlyExaggeration: 4,
    learningRate: 100,
    nIter: 500,
  };
  const model = new (TSNE.default ?? TSNE)({ ...options, metric: 'euclidean' });
  const data = Array.from({ length: n }, (_, i) => [...points.subarray(i * d, (i + 1) * d)]);
  const original = Math.random;
  Math.random = random.next;
  try {
    model.init({ data, type: 'dense' });
    model.run();
  } finally {
    Math.random = original;
  }
  return Float64Array.from(model.getOutput().flat());
}
