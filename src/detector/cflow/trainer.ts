import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../../engine/tensorflow.js';
import { BETA1, BETA2, EPSILON } from './adam.js';
import { CONDITION } from './condition.js';
import { createFlow } from './flow.js';
import { type FlowShape, type Mixing, splitParameters } from './parameters.js';

/** A flow with its Adam moments, as flat numbers: everything that training changes. */
export interface FlowState {
  parameters: Float32Array;
  first: Float32Array;
  second: Float32Array;
  /** Steps taken; Adam's bias correction depends on it. */
  steps: number;
}

/** Trains a flow step by step; tensors live on the backend until they are stored. */
export interface FlowTrainer {
  /** One Adam step on vectors [n × channels] with their codes [n × 128]. */
  step(vectors: Float32Array, codes: Float32Array, rate: number): Promise<void>;
  /** Waits until the steps so far are done. */
  settle(): Promise<void>;
  /** Mean loss of the steps since it was last asked for. */
  loss(): Promise<number>;
  /** ℓ of vectors, [n]. */
  likelihood(vectors: Float32Array, codes: Float32Array): Promise<Float32Array>;
  /** Writes the state back into the arrays it came from. */
  store(): Promise<void>;
  dispose(): Promise<void>;
}

/**
 * A trainer over a state. Adam is written out (Kingma & Ba, algorithm 1) with its bias correction computed from the step
 * count, so that a state read back from a file goes on byte for byte; the library's keeps it as running products.
 */
export function createTrainer(
  tf: TensorFlow,
  shape: FlowShape,
  mixing: readonly Mixing[],
  state: FlowState,
): FlowTrainer {
  const flow = createFlow(tf, shape, mixing);
  const load = (flat: Float32Array): Tensor[] =>
    splitParameters(shape, flat).map(([values, own]) => tf.tensor(values.slice(), own, 'float32'));
  let parameters = load(state.parameters);
  let first = load(state.first);
  let second = load(state.second);
  let total: Tensor = tf.scalar(0);
  let taken = 0;
  const count = (vectors: Float32Array): number => vectors.length / shape.channels;
  const inputs = (vectors: Float32Array, codes: Float32Array): [Tensor2D, Tensor2D] => [
    tf.tensor2d(vectors, [count(vectors), shape.channels]),
    tf.tensor2d(codes, [count(vectors), CONDITION]),
  ];
  return {
    async step(vectors, codes, rate) {
      state.steps++;
      const correction1 = 1 - BETA1 ** state.steps;
      const correction2 = 1 - BETA2 ** state.steps;
      const old = [...parameters, ...first, ...second, total];
      const next = tf.tidy(() => {
        const [x, code] = inputs(vectors, codes);
        const loss = (...own: Tensor[]): Scalar => flow.loss(own, x, code) as Scalar;
        const { value, grads } = tf.valueAndGrads(loss)(parameters);
        const moments = grads.map((gradient, i) => {
          const m = tf.add(tf.mul(first[i], BETA1), tf.mul(gradient, 1 - BETA1));
          const v = tf.add(tf.mul(second[i], BETA2), tf.mul(tf.square(gradient), 1 - BETA2));
          const root = tf.add(tf.sqrt(tf.div(v, correction2)), EPSILON);
          return { m, v, p: tf.sub(parameters[i], tf.div(tf.mul(m, rate / correction1), root)) };
        });
        return {
          parameters: moments.map(({ p }) => p),
          first: moments.map(({ m }) => m),
          second: moments.map(({ v }) => v),
          total: tf.add(total, value),
        };
      });
      ({ parameters, first, second, total } = next);
      tf.dispose(old);
      taken++;
    },
    async settle() {
      await total.data();
    },
    async loss() {
      const [sum] = await total.data();
      const mean = taken === 0 ? Number.NaN : sum / taken;
      total.dispose();
      total = tf.scalar(0);
      taken = 0;
      return mean;
    },
    async likelihood(vectors, codes) {
      const result = tf.tidy(() => flow.likelihood(parameters, ...inputs(vectors, codes)));
      const values = (await result.data()) as Float32Array;
      result.dispose();
      return values;
    },
    async store() {
      for (const [tensors, flat] of [
        [parameters, state.parameters],
        [first, state.first],
        [second, state.second],
      ] as const) {
        for (const [i, [values]] of splitParameters(shape, flat).entries()) values.set(await tensors[i].data());
      }
    },
    dispose: async () => tf.dispose([...parameters, ...first, ...second, total]),
  };
}
