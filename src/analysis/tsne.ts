import { checkFinite, checkWhole, countRows } from '../arguments.js';
import { InputError } from '../errors.js';

/** Settings of t-SNE. */
export interface TsneOptions {
  perplexity?: number;
  iterations?: number;
}

/**
 * Exact t-SNE (van der Maaten & Hinton 2008) in double precision: O(n²) an iteration, 4–5 s for 1,000 points. It starts from the
 * first two coordinates, which should be principal ones, so nothing is random: same points, same bytes.
 * @param points [n × d]. @returns [n × 2].
 * @throws InputError for fewer than 4 points or a NaN.
 */
export function tsne(
  points: Float32Array,
  d: number,
  { perplexity = 30, iterations = 750 }: TsneOptions = {},
): Float64Array {
  const n = countRows('points', points, d);
  if (n < 4) throw new InputError(`t-SNE of ${n} points`, 'Give at least 4');
  checkFinite('points', points, d);
  checkWhole('iterations', iterations, 0);
  if (!(perplexity > 1)) throw new RangeError(`perplexity = ${perplexity} is not above 1`);
  const p = affinities(points, n, d, Math.min(perplexity, (n - 1) / 3));
  const y = principalStart(points, n, d);
  const gains = new Float64Array(2 * n).fill(1);
  const velocity = new Float64Array(2 * n);
  const gradient = new Float64Array(2 * n);
  const rate = Math.max(n / 48, 50);
  for (let t = 0; t < iterations; t++) {
    const exaggeration = t < iterations / 3 ? 12 : 1;
    descent(p, y, n, exaggeration, gradient);
    const momentum = t < iterations / 3 ? 0.5 : 0.8;
    for (let i = 0; i < 2 * n; i++) {
      gains[i] = gradient[i] > 0 === velocity[i] > 0 ? Math.max(0.01, gains[i] * 0.8) : gains[i] + 0.2;
      velocity[i] = momentum * velocity[i] - rate * gains[i] * gradient[i];
      y[i] += velocity[i];
    }
  }
  return y;
}

/** Symmetric joint probabilities whose rows have the wanted perplexity before symmetrising: [n × n]. */
export function affinities(points: Float32Array, n: number, d: number, perplexity: number): Float64Array {
  const squared = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      let sum = 0;
      for (let a = 0; a < d; a++) sum += (points[i * d + a] - points[j * d + a]) ** 2;
      squared[i * n + j] = sum;
      squared[j * n + i] = sum;
    }
  }
  const p = new Float64Array(n * n);
  const target = Math.log(perplexity);
  for (let i = 0; i < n; i++) {
    let [low, high] = [0, Number.POSITIVE_INFINITY];
    let nearest = Number.POSITIVE_INFINITY;
    for (let j = 0; j < n; j++) if (j !== i) nearest = Math.min(nearest, squared[i * n + j]);
    let beta = 1 / Math.max(nearest, 1e-12);
    for (let round = 0; round < 64; round++) {
      let [sum, weighted] = [0, 0];
      for (let j = 0; j < n; j++) {
        if (j === i) continue;
        const offset = squared[i * n + j] - nearest;
        const value = Math.exp(-beta * offset);
        p[i * n + j] = value;
        sum += value;
        weighted += value * offset;
      }
      const entropy = Math.log(sum) + (beta * weighted) / sum;
      for (let j = 0; j < n; j++) p[i * n + j] /= sum;
      if (Math.abs(entropy - target) < 1e-6) break;
      if (entropy > target) low = beta;
      else high = beta;
      beta = high === Number.POSITIVE_INFINITY ? beta * 2 : (low + high) / 2;
    }
  }
  for (let i = 0; i < n; i++) {
    p[i * n + i] = 0;
    for (let j = 0; j < i; j++) {
      const both = (p[i * n + j] + p[j * n + i]) / (2 * n);
      p[i * n + j] = both;
      p[j * n + i] = both;
    }
  }
  return p;
}

/** Kullback–Leibler divergence of the plane's similarities from p: what t-SNE lowers. */
export function divergence(p: Float64Array, y: Float64Array): number {
  const n = y.length / 2;
  const similar = (i: number, j: number): number =>
    1 / (1 + (y[2 * i] - y[2 * j]) ** 2 + (y[2 * i + 1] - y[2 * j + 1]) ** 2);
  let total = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) total += 2 * similar(i, j);
  let sum = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      if (i !== j && p[i * n + j] > 0) sum += p[i * n + j] * Math.log((p[i * n + j] * total) / similar(i, j));
    }
  }
  return sum;
}

function principalStart(points: Float32Array, n: number, d: number): Float64Array {
  const y = new Float64Array(2 * n);
  let squares = 0;
  for (let i = 0; i < n; i++) squares += points[i * d] ** 2;
  const scale = 1e-2 / Math.sqrt(squares / n || 1);
  for (let i = 0; i < n; i++) {
    y[2 * i] = points[i * d] * scale;
    y[2 * i + 1] = (d > 1 ? points[i * d + 1] : 0) * scale;
  }
  return y;
}

function descent(p: Float64Array, y: Float64Array, n: number, exaggeration: number, gradient: Float64Array): void {
  let total = 0;
  gradient.fill(0);
  const repulsion = new Float64Array(2 * n);
  for (let i = 0; i < n; i++) {
    const [yi, zi] = [y[2 * i], y[2 * i + 1]];
    let [ax, ay, rx, ry] = [0, 0, 0, 0];
    for (let j = 0; j < n; j++) {
      const dx = yi - y[2 * j];
      const dy = zi - y[2 * j + 1];
      const q = 1 / (1 + dx * dx + dy * dy);
      const pull = p[i * n + j] * q;
      ax += pull * dx;
      ay += pull * dy;
      const push = q * q;
      rx += push * dx;
      ry += push * dy;
      total += q;
    }
    gradient[2 * i] = ax;
    gradient[2 * i + 1] = ay;
    repulsion[2 * i] = rx;
    repulsion[2 * i + 1] = ry;
  }
  total -= n;
  for (let i = 0; i < 2 * n; i++) gradient[i] = 4 * (exaggeration * gradient[i] - repulsion[i] / total);
}
