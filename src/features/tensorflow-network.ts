import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../engine/tensorflow.js';
import { IMAGE, inputsOf, type Network, type Step } from './network.js';
import type { TransformerStep } from './onnx-transformer.js';
import type { Parameters } from './parameters.js';
import { type BuiltStep, buildTransformerStep } from './tensorflow-transformer.js';

/** A network whose constants lie on the current backend. */
export interface TensorFlowNetwork {
  /** Normalised images [batch × side × side × 3] to the layers asked for, in order; inside `tf.tidy`. */
  forward(images: Tensor4D): Tensor4D[];
  /** What it keeps. */
  constants: readonly Tensor[];
  dispose(): void;
}

/**
 * Builds a network from TensorFlow.js ops that every backend has: channels last, and zero padding in front of steps that leave
 * out pixels, because TensorFlow's own convolution and pooling take no numbers and its `same` would pad one side only there.
 */
export function createTensorFlowNetwork(tf: TensorFlow, network: Network, parameters: Parameters): TensorFlowNetwork {
  const constants = new Map<string, { kernel?: Tensor4D; scale?: Tensor; bias: Tensor }>();
  const built = new Map<string, BuiltStep>();
  for (const step of network.steps) {
    const values = parameters.get(step.output);
    if (isTransformer(step)) {
      built.set(step.output, buildTransformerStep(tf, step, values));
      continue;
    }
    if (!values) continue;
    constants.set(step.output, {
      kernel: values.weight && step.op === 'conv' ? kernelTensor(tf, values.weight, step) : undefined,
      scale: values.scale && tf.keep(tf.tensor1d(values.scale)),
      bias: tf.keep(tf.tensor1d(values.bias)),
    });
  }
  const run = (step: Step, at: Map<string, Tensor4D>): Tensor4D => {
    if (isTransformer(step)) {
      return built.get(step.output)!.run(inputsOf(step).map((name) => at.get(name)!)) as Tensor4D;
    }
    const x = at.get(step.input)!;
    const own = constants.get(step.output);
    switch (step.op) {
      case 'conv':
        return tf.fused.conv2d({
          x: step.stride === 1 ? x : padded(tf, x, (step.size - 1) / 2),
          filter: own!.kernel!,
          strides: step.stride,
          pad: step.stride === 1 ? 'same' : 'valid',
          bias: own!.bias,
          activation: step.relu ? 'relu' : 'linear',
        });
      case 'norm': {
        const y = tf.add(tf.mul(x, own!.scale!), own!.bias) as Tensor4D;
        return step.relu ? tf.relu(y) : y;
      }
      case 'maxpool':
        return tf.maxPool(padded(tf, x, 1), 3, 2, 'valid');
      case 'add': {
        const y = tf.add(x, at.get(step.other)!) as Tensor4D;
        return step.relu ? tf.relu(y) : y;
      }
    }
  };
  const kept = [
    ...[...constants.values()].flatMap(({ kernel, scale, bias }) => [kernel, scale, bias]),
    ...[...built.values()].flatMap(({ constants: own }) => own),
  ].filter((tensor) => tensor !== undefined);
  return {
    constants: kept,
    forward(images) {
      const at = new Map<string, Tensor4D>([[IMAGE, images]]);
      for (const step of network.steps) at.set(step.output, run(step, at));
      return network.outputs.map(({ output }) => at.get(output)!);
    },
    dispose: () => tf.dispose(kept),
  };
}

const CONVOLUTIONAL = new Set<Step['op']>(['conv', 'norm', 'maxpool', 'add']);

function isTransformer(step: Step): step is TransformerStep {
  return !CONVOLUTIONAL.has(step.op);
}

/** Images with zeros around them. */
function padded(tf: TensorFlow, x: Tensor4D, by: number): Tensor4D {
  const none: [number, number] = [0, 0];
  return by === 0 ? x : tf.pad(x, [none, [by, by], [by, by], none]);
}

/** [out × in × k × k] to TensorFlow's [k × k × in × out]. */
function kernelTensor(tf: TensorFlow, weight: Float32Array, step: Extract<Step, { op: 'conv' }>): Tensor4D {
  const { in: from, out } = step.channels;
  const area = step.size ** 2;
  const moved = new Float32Array(weight.length);
  for (let o = 0; o < out; o++) {
    for (let i = 0; i < from; i++) {
      for (let k = 0; k < area; k++) moved[(k * from + i) * out + o] = weight[(o * from + i) * area + k];
    }
  }
  return tf.keep(tf.tensor4d(moved, [step.size, step.size, from, out]));
}
