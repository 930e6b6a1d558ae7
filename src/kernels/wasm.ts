import { KERNELS_BASE64 } from './binary.js';

/**
 * The compiled kernels; pointers are byte offsets into the shared memory. See src/kernels/assembly for each one. `search`,
 * `many` and `greedy` are offsets of parameter blocks (blocks.ts).
 */
export interface Kernels {
  readonly memory: WebAssembly.Memory;
  pack4(rows: number, stride: number, k: number, out: number): void;
  pack8(rows: number, stride: number, k: number, out: number): void;
  gemm4(a: number, k: number, b: number, panels: number, c: number, ldc: number): void;
  boundFour(
    queries: number,
    pairs: number,
    panel: number,
    panels: number,
    norms: number,
    squares: number,
    out: number,
    stride: number,
  ): void;
  rowDistances(row: number, d: number, panel: number, panels: number, out: number): void;
  nearest(search: number): number;
  nearestMany(many: number): number;
  build(greedy: number): void;
  enlist(greedy: number): void;
  select(greedy: number, target: number, budget: number): number;
  settle(greedy: number, least: number, budget: number): number;
  chooseTop(greedy: number): void;
  pollJob(greedy: number, slot: number): number;
  sleepOn(greedy: number, slot: number): void;
  serve(greedy: number, slot: number, job: number): void;
  dismiss(greedy: number): void;
  addDistances(greedy: number, from: number, to: number, centre: number, sum: number): void;
}

let module: WebAssembly.Module | undefined;

/** The kernels over a shared memory. */
export function instantiateKernels(memory: WebAssembly.Memory): Kernels {
  module ??= new WebAssembly.Module(Buffer.from(KERNELS_BASE64, 'base64'));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return { ...(exports as unknown as Kernels), memory };
}
