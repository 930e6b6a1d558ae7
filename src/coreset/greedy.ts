import { InputError } from '../errors.js';
import { type Arena, createArena } from '../kernels/arena.js';
import type { Threads, Watch } from '../kernels/threads.js';
import { instantiateKernels } from '../kernels/wasm.js';
import type { Random } from '../random.js';
import { principalAxes, reduce } from './principal-axes.js';

/** Where greedy selection starts: distances to a few random rows (approximate) or to all rows (exact). */
export type Anchors = { kind: 'starts'; rows: Int32Array } | { kind: 'all' };

/** Draws the approximate start: min(10, n) distinct rows (docs/methods.md 3.2). */
export function startRows(random: Random, n: number): Anchors {
  return { kind: 'starts', rows: random.distinct(n, Math.min(10, n)) };
}

export interface GreedyOptions {
  /** Rows to pick. */
  count: number;
  anchors: Anchors;
  /** [n] of 1 and 0: rows of 0 are dropped after the first pick (docs/methods.md 4.1, step 6). All stay by default. */
  kept?: Uint8Array;
  /** Let the first pick, too, come from the kept rows. The authors' code does not, so it may pick an extreme noisy row. */
  firstPickFromKept?: boolean;
}

/** Leading axes of the bound; 15 and the residual's norm make 16 coordinates. */
const AXES = 15;
/** Fields of the kernel's parameter block, in its order; src/kernels/assembly/greedy.ts reads them. */
const FIELDS = 20;
/** Index of the count of picks among them. */
const COUNT = 14;

/**
 * Greedy k-centre selection (docs/methods.md 3.2; Sener & Savarese 2018): repeatedly the row farthest from all chosen ones,
 * ties to the lowest row. Exact: the picks are those of the plain loop over squared distances Σ(a−b)² summed in
 * float32 in the order of the dimensions, whatever the number of threads.
 * Start rows are not chosen themselves, and their mean distance stays in the running minimum, as in the authors' code;
 * anchors of kind `all` use the norm of a row of the distance matrix, in closed form, without the matrix.
 * If more rows are asked for than kept rows give, row 0 is repeated, as there.
 * @param z rows [n × d], d a multiple of 4. @returns the picked rows in order.
 * @throws InputError if count is not in 1…n; Cancelled.
 */
export async function greedyCoreset(
  threads: Threads,
  z: Float32Array,
  d: number,
  options: GreedyOptions,
  watch: Watch = {},
): Promise<Int32Array> {
  checkCount(options.count, z.length / d);
  const selection = await prepareGreedy(threads, z, d, options.count, 1, threads.count - 1);
  return selection.pick(0, options, watch);
}

/** Several selections over the same rows, which are laid out and reduced once. */
export interface GreedySelection {
  /** Runs one selection in slot `run`; different slots may run at the same time. */
  pick(run: number, options: GreedyOptions, watch?: Watch): Promise<Int32Array>;
}

/**
 * Prepares up to `runs` simultaneous selections of at most `most` rows, each with `helpers` further threads.
 * @throws InputError when they do not fit into 4 GB.
 */
export async function prepareGreedy(
  threads: Threads,
  z: Float32Array,
  d: number,
  most: number,
  runs: number,
  helpers: number,
): Promise<GreedySelection> {
  const n = z.length / d;
  const frame = await principalAxes(threads, z, d, AXES);
  const { levels, slack } = await reduce(threads, z, frame, [AXES]);
  const layout = layOut(z, levels[0], n, d, most, slack, runs, helpers);
  const kernels = instantiateKernels(layout.arena.memory);
  return {
    async pick(run, { count, anchors, kept, firstPickFromKept = false }, watch = {}) {
      checkCount(count, Math.min(n, most));
      const state = { ...layout, ...layout.states[run] };
      const { arena, header, distance, blocks } = state;
      arena.ints(header, FIELDS)[COUNT] = 0;
      arena.ints(state.applied, blocks).fill(0);
      arena.ints(state.stop, 1)[0] = 0;
      const values = arena.floats(distance, blocks * 8);
      const initial = anchors.kind === 'all' ? allAnchors(z, n, d) : startAnchors(state, kernels, z, anchors.rows, d);
      for (let i = 0; i < n; i++) values[i] = Math.fround(initial[i] * initial[i]);
      values.fill(-1, n);
      const drop = (): void => {
        if (kept) for (let i = 0; i < n; i++) if (kept[i] === 0) values[i] = 0;
      };
      if (firstPickFromKept) drop();
      kernels.build(header);
      kernels.select(header, 1, 1);
      drop();
      kernels.build(header);
      if (count > 1) await selectInThreads(threads, state, count, watch);
      return arena.ints(state.picks, count).slice();
    },
  };
}

function checkCount(count: number, n: number): void {
  if (Number.isInteger(count) && count >= 1 && count <= n) return;
  throw new InputError(`a coreset of ${count} of ${n} patches is impossible`, 'Give a ratio above 0 and below 1');
}

/** Offsets of one run's buffers. */
interface RunState {
  header: number;
  distance: number;
  applied: number;
  picks: number;
  /** Offset of the word that stops the leader when not 0. */
  stop: number;
}

interface Layout {
  arena: Arena;
  blocks: number;
  helpers: number;
  states: RunState[];
}

type State = Layout & RunState;

function layOut(
  z: Float32Array,
  y: Float32Array,
  n: number,
  d: number,
  most: number,
  slack: number,
  runs: number,
  helpers: number,
): Layout {
  const blocks = Math.ceil(n / 8);
  const own = AXES + 1;
  const r = own + 2;
  const leaves = 2 ** Math.ceil(Math.log2(Math.max(2, blocks)));
  const groups = Math.ceil(most / 4) + 1;
  const shared = 4 * blocks * 8 * (d + r);
  const each =
    4 * (blocks * 8 * 2 + groups * 4 * (d + r) + blocks * 2 + leaves * 2 + most) + (helpers + 2) * 128 + 4096;
  const arena = createArena(shared + runs * each);
  const panels = arena.take(blocks * 8 * d * 4);
  const reduced = arena.take(blocks * 8 * r * 4);
  const largest = fillPanels(arena.floats(panels, blocks * 8 * d), arena.floats(reduced, blocks * 8 * r), z, y, d, own);
  const states = Array.from({ length: runs }, () => {
    const header = arena.take(FIELDS * 4);
    const centres = arena.take(groups * 4 * d * 4);
    const reducedCentres = arena.take(groups * 4 * r * 4);
    const distance = arena.take(blocks * 32);
    const limit = arena.take(blocks * 32);
    const bound = arena.take(blocks * 4);
    const applied = arena.take(blocks * 4);
    const tree = arena.take(leaves * 8);
    const picks = arena.take(most * 4);
    const jobs = arena.take(helpers * 64 + helpers * 4);
    const stop = arena.take(4);
    const where = [panels, reduced, centres, reducedCentres, distance, limit, bound, applied, tree, leaves, picks];
    arena.ints(header, FIELDS).set([blocks, d, r, ...where, 0]);
    // Twice the slack, one for each row of a pair; and the rounding of the expanded square, relative to the norms.
    arena.floats(header, FIELDS).set([2 * slack, 2e-5 * largest], COUNT + 1);
    arena.ints(header, FIELDS).set([0, helpers, jobs], COUNT + 3);
    return { header, distance, applied, picks, stop };
  });
  return { arena, blocks, helpers, states };
}

/** Rows as panels [d × 8], and reduced rows as [x, |x|², 1] likewise; returns the largest |x|². */
function fillPanels(
  full: Float32Array,
  small: Float32Array,
  z: Float32Array,
  y: Float32Array,
  d: number,
  own: number,
): number {
  const r = own + 2;
  let largest = 0;
  for (let i = 0; i * d < z.length; i++) {
    const lane = (i >> 3) * 8 * d + (i & 7);
    for (let a = 0; a < d; a++) full[lane + a * 8] = z[i * d + a];
    const at = (i >> 3) * 8 * r + (i & 7);
    let squares = 0;
    for (let a = 0; a < own; a++) {
      const value = y[i * own + a];
      small[at + a * 8] = value;
      squares += value * value;
    }
    small[at + own * 8] = squares;
    small[at + (own + 1) * 8] = 1;
    largest = Math.max(largest, squares);
  }
  return largest;
}

/** Mean distance to the start rows, in the order given. */
function startAnchors(
  { arena, header, blocks, distance }: State,
  kernels: ReturnType<typeof instantiateKernels>,
  z: Float32Array,
  rows: Int32Array,
  d: number,
): Float32Array {
  const sum = arena.floats(distance, blocks * 8);
  sum.fill(0);
  const centres = arena.ints(header, FIELDS)[5];
  for (const row of rows) {
    arena.floats(centres, d).set(z.subarray(row * d, (row + 1) * d));
    kernels.addDistances(header, 0, blocks, centres, distance);
  }
  return sum.map((value) => value / rows.length);
}

/** Norm of each row of the full distance matrix: √(n‖z‖² + Σ‖z_j‖² − 2 z·Σz_j), in double precision about the mean. */
function allAnchors(z: Float32Array, n: number, d: number): Float32Array {
  const mean = new Float64Array(d);
  for (let i = 0; i < z.length; i++) mean[i % d] += z[i] / n;
  const squares = new Float64Array(n);
  let total = 0;
  for (let i = 0; i < n; i++) {
    for (let a = 0; a < d; a++) squares[i] += (z[i * d + a] - mean[a]) ** 2;
    total += squares[i];
  }
  return Float32Array.from(squares, (own) => Math.sqrt(n * own + total));
}

const TASK = new URL('./greedy-task.js', import.meta.url);

async function selectInThreads(threads: Threads, state: State, count: number, watch: Watch): Promise<void> {
  const stop = state.arena.ints(state.stop, 1);
  const cancel = (): void => {
    Atomics.store(stop, 0, 1);
  };
  watch.signal?.addEventListener('abort', cancel);
  if (watch.signal?.aborted) cancel();
  try {
    const leader = threads.run(TASK, state.arena, [state.header, count, -1, state.stop], (done) =>
      watch.progress?.(done, count),
    );
    const helpers = Array.from({ length: state.helpers }, (_, helper) =>
      threads.run(TASK, state.arena, [state.header, count, helper, state.stop]),
    );
    await Promise.all([leader, ...helpers]);
  } finally {
    watch.signal?.removeEventListener('abort', cancel);
  }
}
