import { type OnnxGraph, onnxGraph, type Side } from '../../engine/onnx-graph.js';
import { CONDITION } from './condition.js';
import { CLAMP, GENTLE } from './flow.js';
import { blockTensors, blockWidths, type FlowShape, type Mixing } from './parameters.js';

/** Constants of a flow's graph, each made once. */
export interface Constants {
  /** The axes of vectors, and of their channels. */
  rows(): string;
  columns(): string;
  number(value: number): string;
  /** Sizes of two parts, or one size. */
  sizes(...sizes: number[]): string;
  indices(name: string, values: Int32Array): string;
  matrix(name: string, side: number, values: Float32Array): string;
}

/** What a block keeps of its way there, for the way back. Values are names in the graph. */
export interface Passed {
  /** Its six trained tensors. */
  parameters: string[];
  /** x1 beside the code, the subnet's inner values, tanh of its log-scales, exp of these scaled, and x2. */
  h: string;
  inner: string;
  tanh: string;
  growth: string;
  x2: string;
  /** Channels before they are scaled by gamma. */
  joined: string;
  gamma: string;
}

/** A flow's way from x to z in a graph. */
export interface Forward {
  z: string;
  /** ℓ [n × 1] */
  likelihood: string;
  passes: Passed[];
  /** Gradients before block b's mixing from those after it. */
  unmix(b: number, dy: string): string;
}

/** Names of a flow's trained tensors, block after block, as {@link splitParameters} lists them. */
export function parameterNames({ channels, blocks }: FlowShape): string[] {
  return Array.from({ length: blocks }, (_, b) => blockTensors(channels).map(([name]) => `${name}.${b}`)).flat();
}

/**
 * The flow (docs/methods.md 6.1) as an ONNX model: inputs `x` [n × channels], `code` [n × 128] and the trained tensors by
 * {@link parameterNames}, output `likelihood` [n × 1].
 */
export function likelihoodModel(shape: FlowShape, mixing: readonly Mixing[]): Uint8Array {
  const graph = onnxGraph('likelihood');
  forward(graph, flowConstants(graph), shape, mixing, flowInputs(graph, shape, 'n'));
  graph.output('likelihood', ['n', 1]);
  return graph.bytes();
}

export function flowConstants(graph: OnnxGraph): Constants {
  const known = new Set<string>();
  const once = (name: string, shape: number[], data: Float32Array | Int32Array): string => {
    if (!known.has(name)) graph.constant(name, shape, data);
    known.add(name);
    return name;
  };
  return {
    rows: () => once('axis 0', [1], Int32Array.of(0)),
    columns: () => once('axis 1', [1], Int32Array.of(1)),
    number: (value) => once(`number ${value}`, [1, 1], Float32Array.of(value)),
    sizes: (...sizes) => once(`sizes ${sizes.join(' ')}`, [sizes.length], Int32Array.from(sizes)),
    indices: (name, values) => once(name, [values.length], values),
    matrix: (name, side, values) => once(name, [side, side], values),
  };
}

/** What a flow reads in a graph. */
export interface FlowInputs {
  /** Vectors [n × channels] and their codes [n × 128]. */
  x: string;
  code: string;
  /** In front of the names of the flow's own constants and of `likelihood`, where a graph holds several flows. */
  prefix?: string;
  /** A trained tensor by its name, shape and place among {@link parameterNames}. */
  parameter(name: string, shape: readonly number[], index: number): string;
}

/** Everything a flow reads as inputs of each run. @param n number of vectors, or a name where runs choose it. */
export function flowInputs(graph: OnnxGraph, { channels }: FlowShape, n: Side): FlowInputs {
  return {
    code: graph.input('code', [n, CONDITION]),
    x: graph.input('x', [n, channels]),
    parameter: (name, shape) => graph.input(name, shape),
  };
}

/** Adds the flow to a graph, `likelihood` included. */
export function forward(
  graph: OnnxGraph,
  constants: Constants,
  { channels, blocks }: FlowShape,
  mixing: readonly Mixing[],
  { x, code, prefix = '', parameter }: FlowInputs,
): Forward {
  const { op } = graph;
  const { passed, moved } = blockWidths(channels);
  const { number, sizes, columns } = constants;
  let at = x;
  let logDet: string | undefined;
  const passes = Array.from({ length: blocks }, (_, b): Passed => {
    const parameters = blockTensors(channels).map(([name, shape], i) => parameter(`${name}.${b}`, shape, 6 * b + i));
    const [weight1, bias1, weight2, bias2, scale, shift] = parameters;
    const [x1, x2] = graph.ops('Split', [at, sizes(passed, moved)], 2, { axis: 1 });
    const h = op('Concat', [x1, code], { axis: 1 });
    const inner = op('Relu', [op('Gemm', [h, weight1, bias1])]);
    const subnet = op('Mul', [op('Gemm', [inner, weight2, bias2]), number(GENTLE)]);
    const [raw, move] = graph.ops('Split', [subnet, sizes(moved, moved)], 2, { axis: 1 });
    const tanh = op('Tanh', [raw]);
    const logScale = op('Mul', [tanh, number(CLAMP)]);
    const growth = op('Exp', [logScale]);
    const joined = op('Concat', [x1, op('Add', [op('Mul', [x2, growth]), move])], { axis: 1 });
    const gamma = op('Mul', [op('Softplus', [op('Mul', [scale, number(0.5)])]), number(0.2)]);
    at = mix(graph, constants, mixing[b], `${prefix}${b}`, op('Add', [op('Mul', [joined, gamma]), shift]));
    const grown = op('ReduceSum', [logScale, columns()], { keepdims: 1 });
    const scaled = op('ReduceSum', [op('Log', [gamma]), columns()], { keepdims: 1 });
    const own = op('Add', [grown, scaled]);
    logDet = logDet === undefined ? own : op('Add', [logDet, own]);
    return { parameters, h, inner, tanh, growth, x2, joined, gamma };
  });
  const squares = op('Mul', [op('ReduceSum', [op('Mul', [at, at]), columns()], { keepdims: 1 }), number(-0.5)]);
  const joint = op('Mul', [op('Add', [squares, logDet!]), number(1 / channels)]);
  const likelihood = op('Sub', [joint, number(0.5 * Math.log(2 * Math.PI))], {}, `${prefix}likelihood`);
  return { z: at, likelihood, passes, unmix: (b, dy) => mix(graph, constants, mixing[b], `${prefix}${b}`, dy, true) };
}

/** Mixes channels as a block does, or takes gradients back through that. */
function mix(
  graph: OnnxGraph,
  { indices, matrix }: Constants,
  own: Mixing,
  b: string,
  y: string,
  back = false,
): string {
  if (own.kind === 'permutation') {
    const order = back ? indices(`inverse ${b}`, own.inverse) : indices(`order ${b}`, own.order);
    return graph.op('Gather', [y, order], { axis: 1 });
  }
  const side = Math.sqrt(own.matrix.length);
  const factor = back ? matrix(`matrix ${b}`, side, own.matrix) : matrix(`transposed ${b}`, side, own.transposed);
  return graph.op('MatMul', [y, factor]);
}
