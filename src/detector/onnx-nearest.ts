import type { OnnxGraph } from '../engine/onnx-graph.js';

/** Rows in a graph that queries are compared with. */
export interface OnnxBank {
  /** [count × d] */
  rows: string;
  count: number;
  d: number;
  /** [d] the rows' mean. */
  mean: string;
  /** [count] of |row − mean|². */
  norms: string;
}

/** Candidates beyond those wanted whose distances are taken anew. */
const SPARE = 3;
/** Most queries compared at a time: their distances to 34,000 rows are 35 MB. */
const MOST = 256;

/** Adds a bank's rows [count × d] to a graph, as halves where they are given as such. */
export function addBank(graph: OnnxGraph, name: string, rows: Float32Array, d: number, halves?: Uint16Array): OnnxBank {
  const count = rows.length / d;
  const stored = graph.constant(`${name}:rows`, [count, d], halves ?? rows);
  const sums = new Float64Array(d);
  for (let i = 0; i < rows.length; i++) sums[i % d] += rows[i];
  const mean = Float32Array.from(sums, (sum) => sum / count);
  const norms = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    let sum = 0;
    for (let c = 0; c < d; c++) sum += (rows[i * d + c] - mean[c]) ** 2;
    norms[i] = sum;
  }
  return {
    rows: halves ? graph.op('Cast', [stored], { to: 1 }) : stored,
    count,
    d,
    mean: graph.constant(`${name}:mean`, [d], mean),
    norms: graph.constant(`${name}:norms`, [count], norms),
  };
}

/**
 * Orders rows by their distance to queries [q × d] up to what does not depend on the row: |row − mean|² − 2 (query − mean)·row. Centred,
 * so that little is lost to rounding. @returns [q × count]
 */
export function addOrder(graph: OnnxGraph, { rows, mean, norms }: OnnxBank, queries: string): string {
  const centred = graph.op('Sub', [queries, mean]);
  return graph.op('Gemm', [centred, rows, norms], { alpha: { float: -2 }, transB: 1 });
}

/** Exact squared distances [q × m] of queries [q × d] to rows by their numbers [q × m]. */
export function addDistances(
  graph: OnnxGraph,
  { rows }: OnnxBank,
  queries: string,
  numbers: string,
  name: string,
): string {
  const axis = (value: number): string => graph.constant(`${name}:axis ${value}`, [1], Int32Array.of(value));
  const apart = graph.op('Sub', [graph.op('Gather', [rows, numbers]), graph.op('Unsqueeze', [queries, axis(1)])]);
  return graph.op('ReduceSum', [graph.op('Mul', [apart, apart]), axis(2)], { keepdims: 0 });
}

/** The smallest `k` of each row of values [q × m], ascending, and where they stand. */
export function addSmallest(graph: OnnxGraph, values: string, k: number, name: string): string[] {
  const count = graph.constant(`${name}:${k}`, [1], Int32Array.of(k));
  return graph.ops('TopK', [values, count], 2, { axis: 1, largest: 0, sorted: 1 });
}

/**
 * Exact nearest rows of queries [q × d]: the order chooses a few more than wanted, whose distances are taken by differences.
 * @returns squared distances [q × k] ascending and row numbers [q × k], k at most the bank's rows.
 */
export function addNearest(graph: OnnxGraph, bank: OnnxBank, queries: string, k: number, name: string): string[] {
  const wanted = Math.min(k, bank.count);
  const [, candidates] = addSmallest(
    graph,
    addOrder(graph, bank, queries),
    Math.min(bank.count, wanted + SPARE),
    `${name}:few`,
  );
  const squared = addDistances(graph, bank, queries, candidates, name);
  const [distances, at] = addSmallest(graph, squared, wanted, `${name}:k`);
  return [distances, graph.op('GatherElements', [candidates, at], { axis: 1 })];
}

/** What is done with a part of the queries [part × d]: values [part × width] of each output. */
export interface OnnxPart {
  outputs: { width: number; type: 'float' | 'int64' }[];
  add(graph: OnnxGraph, queries: string): string[];
}

/**
 * Does something with rows [n × positions × d] a part at a time, so that no matrix of all distances is built.
 * @returns its outputs [n·positions × width].
 */
export function addInParts(
  graph: OnnxGraph,
  rows: string,
  [positions, d]: readonly [number, number],
  name: string,
  { outputs, add }: OnnxPart,
): string[] {
  const part = partSize(positions);
  const shape = (own: string, sides: number[]): string =>
    graph.constant(`${name}:${own}`, [sides.length], Int32Array.from(sides));
  const parts = graph.op('Reshape', [rows, shape('parts', [-1, part, d])]);
  const body = graph.inner(`${name}/`);
  const queries = body.input(`${name}/queries`, [part, d]);
  for (const [i, value] of add(body, queries).entries()) {
    // A graph's outputs have names of their own.
    body.output(body.op('Identity', [value], {}, `${name}/result ${i}`), [part, outputs[i].width], outputs[i].type);
  }
  const scanned = graph.ops('Scan', [parts], outputs.length, { body: { graph: body.proto() }, num_scan_inputs: 1 });
  return scanned.map((value, i) => graph.op('Reshape', [value, shape(`whole ${i}`, [-1, outputs[i].width])]));
}

/** Largest divisor of the positions that is at most {@link MOST}. */
function partSize(positions: number): number {
  let size = Math.min(MOST, positions);
  while (positions % size > 0) size--;
  return size;
}
