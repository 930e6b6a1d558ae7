import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../engine/tensorflow.js';
import type { Step } from './network.js';
import { LAYERNORM_EPSILON, type TransformerStep, transposed } from './onnx-transformer.js';
import type { StepParameters } from './parameters.js';

type Of<Op extends Step['op']> = Extract<Step, { op: Op }>;

/** A step whose constants lie on the backend. */
export interface BuiltStep {
  run(inputs: readonly Tensor[]): Tensor;
  constants: Tensor[];
}

/** A transformer's step in ops that every backend has; tokens are [batch × tokens × channels], maps channels last. */
export function buildTransformerStep(
  tf: TensorFlow,
  step: TransformerStep,
  own: StepParameters | undefined,
): BuiltStep {
  switch (step.op) {
    case 'tokens':
      return tokens(tf, step, own!);
    case 'layernorm': {
      const [scale, bias] = [tf.keep(tf.tensor1d(own!.scale!)), tf.keep(tf.tensor1d(own!.bias))];
      const run = ([x]: readonly Tensor[]): Tensor => {
        const centred = tf.sub(x, tf.mean(x, -1, true));
        const variance = tf.mean(tf.square(centred), -1, true);
        return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, LAYERNORM_EPSILON))), scale), bias);
      };
      return { run, constants: [scale, bias] };
    }
    case 'linear':
      return linear(tf, step, own!);
    case 'attention':
      return { run: ([x]) => attention(tf, step, x), constants: [] };
    case 'grid': {
      const { others, grid, channels } = step;
      const run = ([x]: readonly Tensor[]): Tensor =>
        tf.reshape(tf.slice(x, [0, others, 0], [-1, grid * grid, channels]), [-1, grid, grid, channels]);
      return { run, constants: [] };
    }
    case 'mean':
      return { run: (inputs) => tf.mul(tf.addN([...inputs]), 1 / inputs.length), constants: [] };
  }
}

function tokens(tf: TensorFlow, { channels, patch, registers, grid }: Of<'tokens'>, own: StepParameters): BuiltStep {
  const weight = own.weight!;
  const kernel = new Float32Array(weight.length);
  const area = patch * patch;
  for (let o = 0; o < channels; o++) {
    for (let c = 0; c < 3; c++) {
      for (let k = 0; k < area; k++) kernel[(k * 3 + c) * channels + o] = weight[(o * 3 + c) * area + k];
    }
  }
  const filter = tf.keep(tf.tensor4d(kernel, [patch, patch, 3, channels]));
  const bias = tf.keep(tf.tensor1d(own.bias));
  const positions = tf.keep(tf.tensor3d(own.positions!, [1, grid * grid, channels]));
  const others = tf.keep(tf.tensor3d(own.others!, [1, 1 + registers, channels]));
  const run = ([x]: readonly Tensor[]): Tensor => {
    const map = tf.add(tf.conv2d(x as Tensor4D, filter, patch, 'valid'), bias);
    const patches = tf.add(tf.reshape(map, [-1, grid * grid, channels]), positions);
    return tf.concat([tf.tile(others, [x.shape[0], 1, 1]), patches], 1);
  };
  return { run, constants: [filter, bias, positions, others] };
}

function linear(tf: TensorFlow, { channels, gelu }: Of<'linear'>, own: StepParameters): BuiltStep {
  const { in: from, out } = channels;
  const weight = tf.keep(tf.tensor2d(transposed(own.weight!, out, from), [from, out]));
  const bias = tf.keep(tf.tensor1d(own.bias));
  const run = ([x]: readonly Tensor[]): Tensor => {
    const [batch, count] = x.shape;
    const flat = tf.reshape(x, [batch * count, from]) as Tensor2D;
    const y = tf.reshape(tf.add(tf.matMul(flat, weight), bias), [batch, count, out]);
    if (!gelu) return y;
    return tf.mul(tf.mul(y, 0.5), tf.add(tf.erf(tf.mul(y, Math.SQRT1_2)), 1));
  };
  return { run, constants: [weight, bias] };
}

function attention(tf: TensorFlow, { heads, channels }: Of<'attention'>, x: Tensor): Tensor {
  const [batch, count] = x.shape;
  const width = channels / heads;
  // One part after the other, since not every backend transposes five axes.
  const part = (first: number): Tensor4D =>
    tf.transpose(
      tf.reshape(tf.slice(x, [0, 0, first * channels], [batch, count, channels]), [batch, count, heads, width]),
      [0, 2, 1, 3],
    ) as Tensor4D;
  const scores = tf.matMul(tf.mul(part(0), width ** -0.5), part(1), false, true);
  const joined = tf.matMul(tf.softmax(scores), part(2));
  return tf.reshape(tf.transpose(joined, [0, 2, 1, 3]), [batch, count, channels]);
}
