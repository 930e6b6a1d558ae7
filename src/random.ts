import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** The one source of randomness: every random function takes one. Same seed, same bytes. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform in [low, high). */
  uniform(low: number, high: number): number;
  /** Uniform integer in [0, below). */
  integer(below: number): number;
  /** Standard normal (Box–Muller). */
  normal(): number;
  /** `count` distinct integers of [0, below) in drawn order. Throws RangeError if count > below. */
  distinct(below: number, count: number): Int32Array;
  /** An independent generator for a named purpose, so that adding a draw here does not move draws elsewhere. */
  fork(purpose: string): Random;
}

/** A seeded xoroshiro128+ generator. `seed` is any 32-bit integer. */
export function createRandom(seed: number): Random {
  const source = xoroshiro128plus(seed | 0);
  const next = (): number => uniformFloat64(source);
  const random: Random = {
    next,
    uniform: (low, high) => low + (high - low) * next(),
    integer: (below) => uniformInt(source, 0, below - 1),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    distinct(below, count) {
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
    fork: (purpose) => createRandom(hash32(`${seed}/${purpose}`)),
  };
  return random;
}

/** FNV-1a, 32 bits: turns a purpose into a seed. */
function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash | 0;
}
