import { KERNELS_BASE64 } from './binary.js';

/** The compiled kernels; pointers are byte offsets into the shared memory. See src/kernels/assembly for each one. */
export interface Kernels {
  readonly memory: WebAssembly.Memory;
  pack4(rows: number, stride: number, k: number, out: number): void;
  pack8(rows: number, stride: number, k: number, out: number): void;
  gemm4(a: number, k: number, b: number, panels: number, c: number, ldc: number): void;
  rowDistances(row: number, d: number, panel: number, panels: number, out: number): void;
  smallest(bounds: number, rows: number, seeds: number, k: number): void;
  nearest(
    bounds: number,
    rows: number,
    query: number,
    bank: number,
    d: number,
    queryFine: number,
    bankFine: number,
    fineDims: number,
    slack: number,
    margin: number,
    seeds: number,
    best: number,
    k: number,
  ): number;
  nearestMany(
    bounds: number,
    rows: number,
    masks: number,
    orders: number,
    points: number,
    query: number,
    bank: number,
    d: number,
    queryFine: number,
    bankFine: number,
    fineDims: number,
    slack: number,
    margin: number,
    seeds: number,
    seedCount: number,
    best: number,
  ): number;
  build(p: number): void;
  select(p: number, target: number, budget: number): number;
  awaitJob(p: number, helper: number): number;
  serve(p: number, helper: number, job: number): void;
  dismiss(p: number): void;
  addDistances(p: number, from: number, to: number, centre: number, sum: number): void;
}

let module: WebAssembly.Module | undefined;

/** The kernels over a shared memory. */
export function instantiateKernels(memory: WebAssembly.Memory): Kernels {
  module ??= new WebAssembly.Module(Buffer.from(KERNELS_BASE64, 'base64'));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return { ...(exports as unknown as Kernels), memory };
}
