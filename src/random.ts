import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { checkWhole } from './arguments.js';

/** The one source of randomness: every random function takes one. Same seed, same bytes. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform in [low, high). */
  uniform(low: number, high: number): number;
  /** Uniform integer in [0, below). @throws RangeError unless below is a whole number from 1. */
  integer(below: number): number;
  /** Standard normal (Box–Muller). */
  normal(): number;
  /** `count` distinct integers of [0, below) in drawn order. Throws RangeError if count > below. */
  distinct(below: number, count: number): Int32Array;
  /** An independent generator for a named purpose, so that adding a draw here does not move draws elsewhere. */
  fork(purpose: string): Random;
}

/**
 * A seeded xoroshiro128+ generator. @param seed any whole number; neighbouring seeds give unlike streams.
 * @throws RangeError for a seed that is no whole number.
 */
export function createRandom(seed: number): Random {
  checkWhole('seed', seed, Number.MIN_SAFE_INTEGER);
  return generator(mix32(seed), seed);
}

/**
 * A generator from a seed that is itself random, a hash or a draw, which is used as it is. A small number would begin close
 * to 1, since the generator's state starts from its complement.
 */
export function randomFromDraw(seed: number): Random {
  return generator(seed, seed);
}

/** @param state the generator's seed. @param name what forks are derived from. */
function generator(state: number, name: number): Random {
  const source = xoroshiro128plus(state | 0);
  const next = (): number => uniformFloat64(source);
  const random: Random = {
    next,
    uniform: (low, high) => low + (high - low) * next(),
    integer(below) {
      checkWhole('below', below, 1);
      return uniformInt(source, 0, below - 1);
    },
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    distinct(below, count) {
      checkWhole('count', count, 0);
      if (count > below) throw new RangeError(`cannot draw ${count} distinct numbers below ${below}`);
      const moved = new Map<number, number>();
      const drawn = new Int32Array(count);
      for (let i = 0; i < count; i++) {
        const j = i + random.integer(below - i);
        drawn[i] = moved.get(j) ?? j;
        moved.set(j, moved.get(i) ?? i);
      }
      return drawn;
    },
    fork: (purpose) => randomFromDraw(hash32(`${name}/${purpose}`)),
  };
  return random;
}

/** MurmurHash3's finaliser over both halves of a seed: one bit changed changes half of the result's. */
function mix32(seed: number): number {
  let hash = (seed ^ Math.imul(Math.floor(seed / 2 ** 32), 0x9e3779b1)) + 0x9e3779b9;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** FNV-1a, 32 bits: turns a purpose into a seed. */
function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash | 0;
}
