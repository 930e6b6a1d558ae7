import { onnxGraph } from '../engine/onnx-graph.js';
import { IMAGE, type Network } from './network.js';
import { addNetwork } from './onnx-model.js';
import type { Parameters } from './parameters.js';

/** Name of the spans of a run. */
export const SPANS = 'spans';

/** Activations that have a span of their own, in order: what convolutions and sums give, after their ReLU. */
export function spannedActivations({ steps }: Network): string[] {
  return steps.flatMap(({ op, output }) => (op === 'conv' || op === 'add' ? output : []));
}

/** A network as a model that gives the least and the largest value of each of {@link spannedActivations}: `spans` [2·activations]. */
export function spansModel(network: Network, parameters: Parameters, side: number): Uint8Array {
  const graph = onnxGraph(network.backbone);
  graph.input(IMAGE, [1, 3, side, side]);
  addNetwork(graph, network, parameters);
  const ends = spannedActivations(network).flatMap((name) =>
    ['ReduceMin', 'ReduceMax'].map((op) => graph.op(op, [name], { keepdims: 1 })),
  );
  const all = graph.op('Concat', ends, { axis: 0 });
  graph.op('Flatten', [all], { axis: 4 }, SPANS);
  graph.output(SPANS, [ends.length, 1]);
  return graph.bytes();
}
