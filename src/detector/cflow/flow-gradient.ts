import { onnxGraph } from '../../engine/onnx-graph.js';
import { CONDITION } from './condition.js';
import { CLAMP, GENTLE } from './flow.js';
import { flowConstants, flowInputs, forward } from './flow-graph.js';
import { blockTensors, blockWidths, type FlowShape, type Mixing } from './parameters.js';

/**
 * A training step's loss and gradients as an ONNX model: outputs `loss` [1 × 1], the mean of −log sigmoid ℓ over the n vectors, and
 * the gradient of each trained tensor under its name with a `d` in front. The chain rule is written out, since onnxruntime
 * for Node does not differentiate.
 */
export function gradientModel(shape: FlowShape, mixing: readonly Mixing[], n: number): Uint8Array {
  const graph = onnxGraph('gradients');
  const { channels, blocks } = shape;
  const { passed, moved } = blockWidths(channels);
  const c = flowConstants(graph);
  const { z, passes, unmix } = forward(graph, c, shape, mixing, flowInputs(graph, shape, n));
  const { op } = graph;
  const negative = op('Neg', ['likelihood']);
  op('Mul', [op('ReduceSum', [op('Softplus', [negative]), c.rows()], { keepdims: 1 }), c.number(1 / n)], {}, 'loss');
  graph.output('loss', [1, 1]);
  // ∂loss/∂log|det| of each vector; ∂loss/∂z is −z times that.
  const dLogDet = op('Mul', [op('Sigmoid', [negative]), c.number(-1 / (n * channels))]);
  const dLogDetSum = op('ReduceSum', [dLogDet, c.rows()], { keepdims: 1 });
  let dAt = op('Mul', [op('Neg', [z]), dLogDet]);
  for (let b = blocks - 1; b >= 0; b--) {
    const { parameters, h, inner, tanh, growth, x2, joined, gamma } = passes[b];
    const [weight1, , weight2, , scale] = parameters;
    const give = (name: string, dims: readonly number[], inputs: readonly string[], type: string, more = {}): void => {
      op(type, inputs, more, `d${name}.${b}`);
      graph.output(`d${name}.${b}`, dims);
    };
    const sums: Record<string, number> = { keepdims: 0 };
    const shapes = Object.fromEntries(blockTensors(channels));
    const dScaled = unmix(b, dAt);
    give('shift', shapes.shift, [dScaled, c.rows()], 'ReduceSum', sums);
    const dGamma = op('Add', [
      op('ReduceSum', [op('Mul', [dScaled, joined]), c.rows()], { keepdims: 1 }),
      op('Div', [dLogDetSum, gamma]),
    ]);
    const slope = op('Mul', [op('Sigmoid', [op('Mul', [scale, c.number(0.5)])]), c.number(0.1)]);
    give('scale', shapes.scale, [op('Mul', [dGamma, slope]), c.sizes(channels)], 'Reshape');
    const [dPassed, dMoved] = graph.ops('Split', [op('Mul', [dScaled, gamma]), c.sizes(passed, moved)], 2, { axis: 1 });
    const dX2 = op('Mul', [dMoved, growth]);
    const dLogScale = op('Add', [op('Mul', [dX2, x2]), dLogDet]);
    const dTanh = op('Mul', [op('Sub', [c.number(1), op('Mul', [tanh, tanh])]), c.number(CLAMP)]);
    const dSubnet = op('Mul', [op('Concat', [op('Mul', [dLogScale, dTanh]), dMoved], { axis: 1 }), c.number(GENTLE)]);
    give('weight2', shapes.weight2, [inner, dSubnet], 'Gemm', { transA: 1 });
    give('bias2', shapes.bias2, [dSubnet, c.rows()], 'ReduceSum', sums);
    const dInner = op('Mul', [op('Gemm', [dSubnet, weight2], { transB: 1 }), op('Sign', [inner])]);
    give('weight1', shapes.weight1, [h, dInner], 'Gemm', { transA: 1 });
    give('bias1', shapes.bias1, [dInner, c.rows()], 'ReduceSum', sums);
    if (b === 0) break;
    const dH = op('Gemm', [dInner, weight1], { transB: 1 });
    const [dX1] = graph.ops('Split', [dH, c.sizes(passed, CONDITION)], 2, { axis: 1 });
    dAt = op('Concat', [op('Add', [dPassed, dX1]), dX2], { axis: 1 });
  }
  return graph.bytes();
}
