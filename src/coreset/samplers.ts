import { type Rows, rowCount } from '../engine/rows.js';
import type { Compute } from '../engine/stage.js';
import { InputError } from '../errors.js';
import type { Watch } from '../progress.js';
import type { Random } from '../random.js';
import { type Anchors, GREEDY_ANCHORS } from './anchors.js';
import { SELECT_ROWS } from './greedy.js';
import type { SelectionRoom } from './greedy-layout.js';

/** How the memory bank is chosen from the patches. */
export type SamplerName = 'greedy' | 'exact' | 'random' | 'identity';

export const SAMPLERS: readonly SamplerName[] = ['greedy', 'exact', 'random', 'identity'];

/** What a sampler sees. */
export interface SamplerInput {
  /** Projected patches [n × d]. */
  z: Rows;
  d: number;
  /** Share of all patches to pick, in (0, 1). */
  ratio: number;
  kept?: Uint8Array;
  firstPickFromKept?: boolean;
  /** Start rows given instead of drawn. */
  anchors?: Anchors;
  /** Where z lies, if it may be overwritten. */
  room?: SelectionRoom;
}

/** Number of rows picked: trunc(ρ·n), of all patches, removed ones included. */
export function coresetSize(ratio: number, n: number): number {
  if (!(ratio > 0 && ratio < 1)) {
    throw new InputError(`a coreset ratio of ${ratio} is impossible`, 'Give a share above 0 and below 1, such as 0.1');
  }
  const size = Math.trunc(ratio * n);
  if (size < 1) throw new InputError(`a coreset ratio of ${ratio} keeps none of ${n} patches`, 'Raise the ratio');
  return size;
}

/** Picks rows of the memory bank, in order of selection. */
export type Sampler = (
  compute: Pick<Compute, 'run'>,
  input: SamplerInput,
  random: Random,
  watch?: Watch,
) => Promise<Int32Array>;

const greedy =
  (anchors: (random: Random, n: number) => Anchors): Sampler =>
  (compute, input, random, watch) => {
    const { z, d, ratio, kept, firstPickFromKept, room } = input;
    const n = rowCount(z, d);
    const options = {
      count: coresetSize(ratio, n),
      anchors: input.anchors ?? anchors(random, n),
      kept,
      firstPickFromKept,
    };
    return compute.run(SELECT_ROWS, { z, d, options, room }, watch);
  };

function keptRows({ z, d, kept }: SamplerInput): Int32Array {
  const all = Int32Array.from({ length: rowCount(z, d) }, (_, i) => i);
  return kept ? all.filter((i) => kept[i] === 1) : all;
}

/** `random` (Table 5's "PatchCore 1 %-Random") draws from the kept rows, `identity` keeps all of them. */
export const samplers: Readonly<Record<SamplerName, Sampler>> = {
  greedy: greedy(GREEDY_ANCHORS.greedy),
  exact: greedy(GREEDY_ANCHORS.exact),
  random: async (_compute, input, random) => {
    const rows = keptRows(input);
    const size = Math.min(rows.length, coresetSize(input.ratio, rowCount(input.z, input.d)));
    return random.distinct(rows.length, size).map((i) => rows[i]);
  },
  identity: async (_compute, input) => keptRows(input),
};
