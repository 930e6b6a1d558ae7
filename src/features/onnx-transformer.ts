import type { OnnxGraph } from '../engine/onnx-graph.js';
import type { Step } from './network.js';
import type { StepParameters } from './parameters.js';

type Of<Op extends Step['op']> = Extract<Step, { op: Op }>;

/** ε of every layer norm in DINOv2. */
export const LAYERNORM_EPSILON = 1e-6;

/** The operator set that has LayerNormalization. */
export const TRANSFORMER_OPSET = 17;

/** Steps of vision transformers. */
export type TransformerStep = Of<'tokens' | 'layernorm' | 'linear' | 'attention' | 'grid' | 'mean'>;

/** Adds a transformer's step to a graph; tokens are [n × tokens × channels], maps channels first. */
export function addTransformerStep(graph: OnnxGraph, step: TransformerStep, own: StepParameters | undefined): void {
  switch (step.op) {
    case 'tokens':
      addTokens(graph, step, own!);
      return;
    case 'layernorm': {
      const scale = graph.constant(`${step.output}:s`, [step.channels], own!.scale!);
      const bias = graph.constant(`${step.output}:b`, [step.channels], own!.bias);
      graph.op(
        'LayerNormalization',
        [step.input, scale, bias],
        { axis: -1, epsilon: { float: LAYERNORM_EPSILON } },
        step.output,
      );
      return;
    }
    case 'linear':
      addLinear(graph, step, own!);
      return;
    case 'attention':
      addAttention(graph, step);
      return;
    case 'grid':
      addGrid(graph, step);
      return;
    case 'mean': {
      const count = graph.constant(`${step.output}:n`, [1], Float32Array.of(step.inputs.length));
      graph.op('Div', [graph.op('Sum', step.inputs), count], {}, step.output);
    }
  }
}

function addTokens(
  graph: OnnxGraph,
  { input, output, channels, patch, registers, grid }: Of<'tokens'>,
  own: StepParameters,
): void {
  const whole = (name: string, values: number[]): string =>
    graph.constant(`${output}:${name}`, [values.length], Int32Array.from(values));
  const weight = graph.constant(`${output}:w`, [channels, 3, patch, patch], own.weight!);
  const bias = graph.constant(`${output}:b`, [channels], own.bias);
  const attributes = { kernel_shape: [patch, patch], strides: [patch, patch] };
  const map = graph.op('Conv', [input, weight, bias], attributes);
  const flat = graph.op('Reshape', [map, whole('flat', [0, channels, grid * grid])]);
  const positions = graph.constant(`${output}:p`, [grid * grid, channels], own.positions!);
  const patches = graph.op('Add', [graph.op('Transpose', [flat], { perm: [0, 2, 1] }), positions]);
  // Repeated for every image: zeros of a token's shape are added.
  const token = graph.op('Slice', [patches, whole('from', [0]), whole('to', [1]), whole('axis', [1])]);
  const zeros = graph.op('Mul', [token, graph.constant(`${output}:zero`, [1], Float32Array.of(0))]);
  const others = graph.op('Add', [zeros, graph.constant(`${output}:o`, [1, 1 + registers, channels], own.others!)]);
  graph.op('Concat', [others, patches], { axis: 1 }, output);
}

function addLinear(graph: OnnxGraph, { input, output, channels, gelu }: Of<'linear'>, own: StepParameters): void {
  const { in: from, out } = channels;
  const weight = graph.constant(`${output}:w`, [from, out], transposed(own.weight!, out, from));
  const bias = graph.constant(`${output}:b`, [out], own.bias);
  const product = graph.op('MatMul', [input, weight]);
  if (!gelu) {
    graph.op('Add', [product, bias], {}, output);
    return;
  }
  const x = graph.op('Add', [product, bias]);
  const number = (name: string, value: number): string =>
    graph.constant(`${output}:${name}`, [], Float32Array.of(value));
  const erf = graph.op('Erf', [graph.op('Div', [x, number('root', Math.SQRT2)])]);
  const doubled = graph.op('Mul', [x, graph.op('Add', [erf, number('one', 1)])]);
  graph.op('Mul', [doubled, number('half', 0.5)], {}, output);
}

/** [rows × columns] transposed. */
export function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = values[r * columns + c];
  return out;
}

function addAttention(graph: OnnxGraph, { input, output, heads, channels }: Of<'attention'>): void {
  const whole = (name: string, values: number[], shape = [values.length]): string =>
    graph.constant(`${output}:${name}`, shape, Int32Array.from(values));
  const apart = graph.op('Reshape', [input, whole('apart', [0, 0, 3, heads, channels / heads])]);
  const turned = graph.op('Transpose', [apart], { perm: [2, 0, 3, 1, 4] });
  const [q, k, v] = [0, 1, 2].map((part) =>
    graph.op('Gather', [turned, whole(`part ${part}`, [part], [])], { axis: 0 }),
  );
  const scale = graph.constant(`${output}:scale`, [], Float32Array.of((channels / heads) ** -0.5));
  const keys = graph.op('Transpose', [k], { perm: [0, 1, 3, 2] });
  const weights = graph.op('Softmax', [graph.op('MatMul', [graph.op('Mul', [q, scale]), keys])], { axis: -1 });
  const joined = graph.op('Transpose', [graph.op('MatMul', [weights, v])], { perm: [0, 2, 1, 3] });
  graph.op('Reshape', [joined, whole('joined', [0, 0, channels])], {}, output);
}

function addGrid(graph: OnnxGraph, { input, output, others, grid, channels }: Of<'grid'>): void {
  const whole = (name: string, values: number[]): string =>
    graph.constant(`${output}:${name}`, [values.length], Int32Array.from(values));
  const tokens = [input, whole('from', [others]), whole('to', [others + grid * grid]), whole('axis', [1])];
  const turned = graph.op('Transpose', [graph.op('Slice', tokens)], { perm: [0, 2, 1] });
  graph.op('Reshape', [turned, whole('shape', [0, channels, grid, grid])], {}, output);
}
