import type { OnnxGraph } from '../engine/onnx-graph.js';
import { patchGrid } from '../features/layers.js';
import { addEmbedding } from '../features/onnx-embedding.js';
import { halvesFromFloats, roundToHalf } from '../storage/half.js';
import { bankDimensions, type MemoryBank } from './bank.js';
import type { BankConfig } from './config.js';
import { addLargest, addMap } from './onnx-map.js';
import { addBank, addInParts, addNearest, type OnnxBank } from './onnx-nearest.js';
import type { OnnxEnd, OnnxStart } from './system.js';

/** A bank's rows in a graph, rounded to half precision where asked for. */
export function bankInGraph(graph: OnnxGraph, name: string, rows: Float32Array, d: number, half: boolean): OnnxBank {
  if (!half) return addBank(graph, name, rows, d);
  const own = rows.slice();
  roundToHalf(own);
  return addBank(graph, name, own, d, halvesFromFloats(own));
}

/** A memory bank's end of a graph: exact nearest rows, soft weights, image score and map, as {@link fittedBank} has them. */
export function bankToGraph(start: OnnxStart, memory: MemoryBank, { neighbours }: BankConfig): OnnxEnd {
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
  const sums = graph.op('ReduceSum', [squared, columns], { keepdims: 0 });
  const means = graph.op('Div', [sums, graph.constant('bank:k', [1], Float32Array.of(k))]);
  return patchesToGraph(start, weighed(graph, means, numbers, memory.weights));
}

/** Scores [q] times the weights of their nearest rows, the first of numbers [q × k]. */
function weighed(graph: OnnxGraph, scores: string, numbers: string, weights: Float32Array | null): string {
  if (!weights) return scores;
  const first = graph.op('Gather', [numbers, graph.constant('bank:first', [], Int32Array.of(0))], { axis: 1 });
  const own = graph.op('Gather', [graph.constant('bank:weights', [weights.length], weights), first]);
  return graph.op('Mul', [scores, own]);
}

/** Image score and map of patch scores [n·positions]. */
export function patchesToGraph({ graph, spec }: OnnxStart, scores: string): OnnxEnd {
  const { side, positions } = patchGrid(spec);
  const shape = graph.constant('patches:shape', [2], Int32Array.of(-1, positions));
  const patches = graph.op('Reshape', [scores, shape]);
  return {
    score: addLargest(graph, 'image', patches),
    map: addMap(graph, 'map', patches, [side, spec.preprocessing.crop], 'repeat'),
  };
}
