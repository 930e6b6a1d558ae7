import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../../engine/tensorflow.js';
import { registerGradients } from '../../engine/tensorflow-gradients.js';
import { blockWidths, type FlowShape, type Mixing } from './parameters.js';

/** A conditional flow over vectors (docs/methods.md 6.1) in TensorFlow.js ops that every backend has. */
export interface Flow {
  /**
   * @param x [n × channels]. @param code [n × 128]. @param parameters six tensors a block, as {@link FlowShape} lists them.
   * @returns z [n × channels] and log|det ∂z/∂x| [n].
   */
  forward(parameters: readonly Tensor[], x: Tensor2D, code: Tensor2D): { z: Tensor2D; logDet: Tensor1D };
  /** x from z. */
  inverse(parameters: readonly Tensor[], z: Tensor2D, code: Tensor2D): Tensor2D;
  /** ℓ = log p(x | code) / channels, [n]. */
  likelihood(parameters: readonly Tensor[], x: Tensor2D, code: Tensor2D): Tensor1D;
  /** The authors' loss: mean of −log sigmoid ℓ. */
  loss(parameters: readonly Tensor[], x: Tensor2D, code: Tensor2D): Tensor;
}

/** Factor that keeps a fresh subnet near 0, and the bound of log-scales (FrEIA's all-in-one block). */
export const GENTLE = 0.1;
export const CLAMP = 1.9;

/** Builds a flow of a shape with its fixed mixing. */
export function createFlow(tf: TensorFlow, { channels, blocks }: FlowShape, mixing: readonly Mixing[]): Flow {
  registerGradients(tf);
  const { passed, moved } = blockWidths(channels);
  const linear = linearOp(tf);
  const mixes = mixing.map((own) => mixOp(tf, own, channels));
  const block = (parameters: readonly Tensor[], b: number): Tensor[] => parameters.slice(6 * b, 6 * b + 6);
  const subnet = ([w1, b1, w2, b2]: readonly Tensor[], x1: Tensor2D, code: Tensor2D): [Tensor2D, Tensor2D] => {
    const inner = tf.relu(linear(tf.concat([x1, code], 1), w1, b1));
    const q = tf.mul(linear(inner, w2, b2), GENTLE);
    const [raw, shift] = tf.split(q, [moved, moved], 1) as Tensor2D[];
    return [tf.mul(tf.tanh(raw), CLAMP), shift];
  };
  const gamma = (scale: Tensor): Tensor1D => tf.mul(tf.softplus(tf.mul(scale, 0.5)), 0.2);
  const flow: Flow = {
    forward(parameters, x, code) {
      let at = x;
      let logDet: Tensor = tf.zeros([x.shape[0]]);
      for (let b = 0; b < blocks; b++) {
        const own = block(parameters, b);
        const [x1, x2] = tf.split(at, [passed, moved], 1) as Tensor2D[];
        const [logScale, shift] = subnet(own, x1, code);
        const joined = tf.concat([x1, tf.add(tf.mul(x2, tf.exp(logScale)), shift) as Tensor2D], 1);
        const scale = gamma(own[4]);
        at = mixes[b].apply(tf.add(tf.mul(joined, scale), own[5]) as Tensor2D);
        logDet = tf.add(logDet, tf.add(tf.sum(logScale, 1), tf.sum(tf.log(scale))));
      }
      return { z: at, logDet: logDet as Tensor1D };
    },
    inverse(parameters, z, code) {
      let at = z;
      for (let b = blocks - 1; b >= 0; b--) {
        const own = block(parameters, b);
        const unscaled = tf.div(tf.sub(mixes[b].undo(at), own[5]), gamma(own[4]));
        const [x1, y2] = tf.split(unscaled, [passed, moved], 1) as Tensor2D[];
        const [logScale, shift] = subnet(own, x1, code);
        at = tf.concat([x1, tf.mul(tf.sub(y2, shift), tf.exp(tf.neg(logScale))) as Tensor2D], 1);
      }
      return at;
    },
    likelihood(parameters, x, code) {
      const { z, logDet } = flow.forward(parameters, x, code);
      const squares = tf.mul(tf.sum(tf.square(z), 1), -0.5);
      return tf.sub(tf.mul(tf.add(squares, logDet), 1 / channels), 0.5 * Math.log(2 * Math.PI)) as Tensor1D;
    },
    loss: (parameters, x, code) =>
      tf.mul(tf.sum(tf.softplus(tf.neg(flow.likelihood(parameters, x, code)))), 1 / x.shape[0]),
  };
  return flow;
}

type Linear = (x: Tensor, weight: Tensor, bias: Tensor) => Tensor2D;

/** x·W + b whose gradient transposes first: the wasm backend's product with a transposing flag is several times slower. */
function linearOp(tf: TensorFlow): Linear {
  return tf.customGrad((...args) => {
    const [x, weight, bias, save] = args as unknown as [Tensor2D, Tensor2D, Tensor1D, (saved: Tensor[]) => void];
    save([x, weight]);
    return {
      value: tf.add(tf.matMul(x, weight), bias),
      gradFunc: (dy: Tensor, [input, kernel]: Tensor[]) => [
        tf.matMul(dy as Tensor2D, tf.transpose(kernel as Tensor2D)),
        tf.matMul(tf.transpose(input as Tensor2D), dy as Tensor2D),
        tf.sum(dy, 0),
      ],
    };
  }) as unknown as Linear;
}

/** Mixing of channels and its inverse; both have a gradient without scatter, which the wasm backend lacks. */
function mixOp(
  tf: TensorFlow,
  mixing: Mixing,
  channels: number,
): { apply(x: Tensor2D): Tensor2D; undo(x: Tensor2D): Tensor2D } {
  const both = (there: (x: Tensor2D) => Tensor, back: (x: Tensor2D) => Tensor): ((x: Tensor2D) => Tensor2D) =>
    tf.customGrad((...args) => {
      const [x] = args as unknown as [Tensor2D];
      return { value: there(x), gradFunc: (dy: Tensor) => [back(dy as Tensor2D)] };
    }) as unknown as (x: Tensor2D) => Tensor2D;
  if (mixing.kind === 'permutation') {
    const order = tf.tensor1d(mixing.order, 'int32');
    const inverse = tf.tensor1d(mixing.inverse, 'int32');
    const apply = both(
      (x) => tf.gather(x, order, 1),
      (dy) => tf.gather(dy, inverse, 1),
    );
    return { apply, undo: (x) => tf.gather(x, inverse, 1) };
  }
  const matrix = tf.tensor2d(mixing.matrix, [channels, channels]);
  const transposed = tf.tensor2d(mixing.transposed, [channels, channels]);
  const apply = both(
    (x) => tf.matMul(x, transposed),
    (dy) => tf.matMul(dy, matrix),
  );
  return { apply, undo: (x) => tf.matMul(x, matrix) };
}
