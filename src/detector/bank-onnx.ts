import type { OnnxGraph } from '../engine/onnx-graph.js';
import { patchGrid } from '../features/layers.js';
import { addEmbedding } from '../features/onnx-embedding.js';
import { halvesFromFloats, roundToHalf } from '../storage/half.js';
import { bankDimensions, type MemoryBank } from './bank.js';
import type { BankConfig } from './config.js';
import { addLargest, addMap } from './onnx-map.js';
import { addBank, addDistances, addInParts, addNearest, type OnnxBank } from './onnx-nearest.js';
import type { OnnxEnd, OnnxStart } from './system.js';

/** A bank's rows in a graph, rounded to half precision where asked for. */
export function bankInGraph(graph: OnnxGraph, name: string, rows: Float32Array, d: number, half: boolean): OnnxBank {
  if (!half) return addBank(graph, name, rows, d);
  const own = rows.slice();
  roundToHalf(own);
  return addBank(graph, name, own, d, halvesFromFloats(own));
}

/** A memory bank's end of a graph: exact nearest rows, soft weights, image score and map, as {@link fittedBank} has them. */
export function bankToGraph(start: OnnxStart, memory: MemoryBank, config: BankConfig): OnnxEnd {
  const { neighbours, distance, support, stretch } = config;
  const { graph, spec, maps, half } = start;
  const { positions } = patchGrid(spec);
  const d = bankDimensions(memory);
  const rows = addEmbedding(graph, spec, maps);
  const bank = bankInGraph(graph, 'bank', memory.rows, d, half);
  const k = Math.min(neighbours, bank.count);
  const [squared, numbers] = addInParts(graph, rows, [positions, d], 'search', {
    outputs: [
      { width: k, type: 'float' },
      { width: k, type: 'int64' },
    ],
    add: (inner, queries) => addNearest(inner, bank, queries, k, 'search/nearest'),
  });
  const columns = graph.constant('bank:columns', [1], Int32Array.of(1));
  const sums = graph.op('ReduceSum', [distance === 'root' ? graph.op('Sqrt', [squared]) : squared, columns], {
    keepdims: 0,
  });
  const means = graph.op('Div', [sums, graph.constant('bank:k', [1], Float32Array.of(k))]);
  const end = patchesToGraph(start, weighed(graph, means, numbers, memory.weights), stretch);
  if (!support) return end;
  const factor = reweighting(
    graph,
    bank,
    { rows, numbers, patches: end.patches, k, positions },
    Math.min(support, bank.count),
  );
  return { ...end, score: graph.op('Mul', [end.score, factor]) };
}

/** Scores [q] times the weights of their nearest rows, the first of numbers [q × k]. */
function weighed(graph: OnnxGraph, scores: string, numbers: string, weights: Float32Array | null): string {
  if (!weights) return scores;
  const first = graph.op('Gather', [numbers, graph.constant('bank:first', [], Int32Array.of(0))], { axis: 1 });
  const own = graph.op('Gather', [graph.constant('bank:weights', [weights.length], weights), first]);
  return graph.op('Mul', [scores, own]);
}

/** Image score and map of patch scores [n·positions]. */
export function patchesToGraph(
  { graph, spec }: OnnxStart,
  scores: string,
  stretch?: BankConfig['stretch'],
): OnnxEnd & { patches: string } {
  const { side, positions } = patchGrid(spec);
  const shape = graph.constant('patches:shape', [2], Int32Array.of(-1, positions));
  const patches = graph.op('Reshape', [scores, shape]);
  const sides = [side, spec.preprocessing.crop] as const;
  return {
    patches,
    score: addLargest(graph, 'image', patches),
    map:
      stretch === 'nearest'
        ? addMap(graph, 'map', patches, sides, 'mirror', 'nearest')
        : addMap(graph, 'map', patches, sides, 'repeat'),
  };
}

/** {@link reweightingFactor} of each image, [n]. */
function reweighting(
  graph: OnnxGraph,
  bank: OnnxBank,
  {
    rows,
    numbers,
    patches,
    k,
    positions,
  }: { rows: string; numbers: string; patches: string; k: number; positions: number },
  support: number,
): string {
  const whole = (name: string, values: number[], shape = [values.length]): string =>
    graph.constant(`support:${name}`, shape, Int32Array.from(values));
  const [, worst] = graph.ops('TopK', [patches, whole('one', [1])], 2, { axis: 1 });
  const own = graph.op('GatherND', [rows, worst], { batch_dims: 1 });
  const apart = graph.op('Reshape', [numbers, whole('apart', [-1, positions, k])]);
  const nearest = graph.op('Gather', [apart, whole('nearest', [0], [])], { axis: 2 });
  const row = graph.op('Reshape', [graph.op('GatherElements', [nearest, worst], { axis: 1 }), whole('flat', [-1])]);
  const [, around] = addNearest(graph, bank, graph.op('Gather', [bank.rows, row]), support, 'support/nearest');
  const distances = graph.op('Sqrt', [addDistances(graph, bank, own, around, 'support/distances')]);
  const first = graph.op('Gather', [graph.op('Softmax', [distances], { axis: 1 }), whole('first', [0], [])], {
    axis: 1,
  });
  return graph.op('Sub', [graph.constant('support:unit', [1], Float32Array.of(1)), first]);
}
