import { type OnnxGraph, onnxGraph } from '../engine/onnx-graph.js';
import { IMAGE, type Network } from './network.js';
import { addTransformerStep, TRANSFORMER_OPSET } from './onnx-transformer.js';
import type { Parameters } from './parameters.js';

/** Adds a network to a graph that has `image` [n × 3 × side × side]; its layers are values by their outputs' names. */
export type AddNetwork = (graph: OnnxGraph, network: Network, parameters: Parameters) => void;

/**
 * A network with its parameters as the bytes of an ONNX model: input `image` [1 × 3 × side × side], one output a layer.
 * @param add writes the network; default: in single precision.
 */
export function onnxModel(
  network: Network,
  parameters: Parameters,
  side: number,
  add: AddNetwork = addNetwork,
): Uint8Array {
  const transformer = network.steps.some(({ op }) => op === 'layernorm');
  const graph = onnxGraph(network.backbone, transformer ? { opset: TRANSFORMER_OPSET } : {});
  graph.input(IMAGE, [1, 3, side, side]);
  add(graph, network, parameters);
  for (const { output, channels, stride } of network.outputs) {
    graph.output(output, [1, channels, Math.ceil(side / stride), Math.ceil(side / stride)]);
  }
  return graph.bytes();
}

/** {@link AddNetwork} in single precision. */
export function addNetwork(graph: OnnxGraph, network: Network, parameters: Parameters): void {
  for (const step of network.steps) {
    const own = parameters.get(step.output);
    const wantsRelu = 'relu' in step && step.relu;
    const raw = wantsRelu ? `${step.output}:raw` : step.output;
    if (step.op === 'conv') {
      const shape = [step.channels.out, step.channels.in, step.size, step.size];
      const weight = graph.constant(`${step.output}:w`, shape, own!.weight!);
      const bias = graph.constant(`${step.output}:b`, [shape[0]], own!.bias);
      const pad = (step.size - 1) / 2;
      const attributes = {
        kernel_shape: [step.size, step.size],
        strides: [step.stride, step.stride],
        pads: [pad, pad, pad, pad],
      };
      graph.op('Conv', [step.input, weight, bias], attributes, raw);
    } else if (step.op === 'norm') {
      const shape = [step.channels, 1, 1];
      const scale = graph.constant(`${step.output}:s`, shape, own!.scale!);
      const bias = graph.constant(`${step.output}:b`, shape, own!.bias);
      graph.op('Add', [graph.op('Mul', [step.input, scale]), bias], {}, raw);
    } else if (step.op === 'maxpool') {
      graph.op('MaxPool', [step.input], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }, raw);
    } else if (step.op === 'add') {
      graph.op('Add', [step.input, step.other], {}, raw);
    } else {
      addTransformerStep(graph, step, own);
    }
    if (wantsRelu) graph.op('Relu', [raw], {}, step.output);
  }
}
