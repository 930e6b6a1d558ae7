import type { OnnxGraph } from '../engine/onnx-graph.js';
import { IMAGE, type Network, type Step } from './network.js';
import type { Parameters, StepParameters } from './parameters.js';
import { byteScale, wholeKernel } from './quantize.js';
import type { Span, Spans } from './spec.js';

type Conv = Extract<Step, { op: 'conv' }>;

/**
 * Adds a ResNet that computes in 8 bits to a graph that has `image` [n × 3 × side × side]: each value is rounded to the 256 of its
 * span and each convolution's weights to whole numbers ({@link wholeKernel}), written as pairs of QuantizeLinear and DequantizeLinear,
 * around which onnxruntime puts its integer kernels. The layers that are read are not rounded: sums of two rounded values, floats.
 * @param spans of the image and of every step but pools. @throws RangeError for a step it does not know, or without a span.
 */
export function addInt8Network(graph: OnnxGraph, network: Network, parameters: Parameters, spans: Spans): void {
  const rounded = new Map<string, Rounded>();
  const round = (value: string, name: string, span: Span): void => {
    rounded.set(name, addRounding(graph, value, name, span));
  };
  const at = (name: string): Rounded => rounded.get(name)!;
  const spanOf = (name: string): Span => {
    if (spans[name]) return spans[name];
    throw new RangeError(`no span of ${name} is known`);
  };
  round(IMAGE, IMAGE, spanOf(IMAGE));
  for (const step of network.steps) {
    const { output } = step;
    if (step.op === 'conv') {
      const value = addConv(graph, step, parameters.get(output)!, at(step.input));
      round(step.relu ? graph.op('Relu', [value]) : value, output, spanOf(output));
    } else if (step.op === 'maxpool') {
      const { value, span } = at(step.input);
      const attributes = { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] };
      round(graph.op('MaxPool', [value], attributes), output, span);
    } else if (step.op === 'add') {
      const both = [at(step.input).value, at(step.other).value];
      if (step.relu) graph.op('Relu', [graph.op('Add', both)], {}, output);
      else graph.op('Add', both, {}, output);
      round(output, output, spanOf(output));
    } else {
      throw new RangeError(`no ${step.op} in 8 bits`);
    }
  }
}

/** A value that went through bytes. */
interface Rounded {
  /** Floats again. */
  value: string;
  scale: number;
  span: Span;
}

function addRounding(graph: OnnxGraph, value: string, name: string, span: Span): Rounded {
  const { scale, zero } = byteScale(span);
  const how = [
    graph.constant(`${name}:scale`, [], Float32Array.of(scale)),
    graph.constant(`${name}:zero`, [], Uint8Array.of(zero)),
  ];
  const bytes = graph.op('QuantizeLinear', [value, ...how], {}, `${name}:bytes`);
  return { value: graph.op('DequantizeLinear', [bytes, ...how], {}, `${name}:rounded`), scale, span };
}

/** A convolution of a rounded input by whole weights; a sum in floats as far as the graph says, in integers as it is run. */
function addConv(
  graph: OnnxGraph,
  { output, channels, size, stride }: Conv,
  own: StepParameters,
  input: Rounded,
): string {
  const { weight, bias, scales } = wholeKernel(own.weight!, own.bias, input.scale);
  const out = [channels.out];
  const zero = (type: string, zeros: Int8Array | Int32Array): string =>
    graph.constant(`${output}:${type} zero`, out, zeros, 'int32');
  const kernel = graph.op(
    'DequantizeLinear',
    [
      graph.constant(`${output}:w`, [channels.out, channels.in, size, size], weight),
      graph.constant(`${output}:w scale`, out, scales),
      zero('w', new Int8Array(channels.out)),
    ],
    { axis: 0 },
  );
  const shift = graph.op(
    'DequantizeLinear',
    [
      graph.constant(`${output}:b`, out, bias, 'int32'),
      graph.constant(
        `${output}:b scale`,
        out,
        scales.map((scale) => scale * input.scale),
      ),
      zero('b', new Int32Array(channels.out)),
    ],
    { axis: 0 },
  );
  const pad = (size - 1) / 2;
  const attributes = { kernel_shape: [size, size], strides: [stride, stride], pads: [pad, pad, pad, pad] };
  return graph.op('Conv', [input.value, kernel, shift], attributes);
}
