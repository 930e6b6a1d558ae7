import type { GradConfig, Tensor } from '@tensorflow/tfjs-core';
import type { TensorFlow } from './tensorflow.js';

/** tfjs-core's bundle for Node registers no gradients, and the module that would cannot be loaded by Node (no file extensions). */
const registered = new WeakSet<TensorFlow>();

/** Makes the library able to differentiate the ops the flows use. Another package may have done so already. */
export function registerGradients(tf: TensorFlow): void {
  if (registered.has(tf)) return;
  registered.add(tf);
  for (const config of gradients(tf)) if (!tf.getGradient(config.kernelName)) tf.registerGradient(config);
}

type One = (dy: Tensor, saved: Tensor[], attributes: Record<string, unknown>) => Tensor;

function gradients(tf: TensorFlow): GradConfig[] {
  const unary = (kernelName: string, gradient: One, save: { in?: boolean; out?: boolean } = {}): GradConfig => ({
    kernelName,
    ...(save.in ? { inputsToSave: ['x'] } : {}),
    ...(save.out ? { outputsToSave: [true] } : {}),
    gradFunc: (dy, saved, attributes) => ({
      x: () => gradient(dy as Tensor, saved, attributes as Record<string, unknown>),
    }),
  });
  const binary = (kernelName: string, a: One, b: One): GradConfig => ({
    kernelName,
    inputsToSave: ['a', 'b'],
    gradFunc: (dy, saved, attributes) => {
      const own = attributes as Record<string, unknown>;
      return {
        a: () => summedTo(tf, a(dy as Tensor, saved, own), saved[0].shape),
        b: () => summedTo(tf, b(dy as Tensor, saved, own), saved[1].shape),
      };
    },
  });
  return [
    unary('Neg', (dy) => tf.neg(dy)),
    unary('Exp', (dy, [y]) => tf.mul(dy, y), { out: true }),
    unary('Log', (dy, [x]) => tf.div(dy, x), { in: true }),
    unary('Square', (dy, [x]) => tf.mul(dy, tf.mul(x, 2)), { in: true }),
    unary('Relu', (dy, [x]) => tf.mul(dy, tf.step(x)), { in: true }),
    unary('Tanh', (dy, [y]) => tf.mul(dy, tf.sub(1, tf.square(y))), { out: true }),
    unary('Softplus', (dy, [x]) => tf.mul(dy, tf.sigmoid(x)), { in: true }),
    unary('Reshape', (dy, [x]) => tf.reshape(dy, x.shape), { in: true }),
    unary(
      'Sum',
      (dy, [x], { axis }) => {
        const axes = axis === undefined || axis === null ? x.shape.map((_, i) => i) : [axis].flat();
        const open = x.shape.map((side, i) => ((axes as number[]).includes(i) ? 1 : side));
        return tf.mul(tf.reshape(dy, open), tf.onesLike(x));
      },
      { in: true },
    ),
    binary(
      'Add',
      (dy) => dy,
      (dy) => dy,
    ),
    binary(
      'Sub',
      (dy) => dy,
      (dy) => tf.neg(dy),
    ),
    binary(
      'Multiply',
      (dy, [, b]) => tf.mul(dy, b),
      (dy, [a]) => tf.mul(dy, a),
    ),
    {
      kernelName: 'Concat',
      saveAllInputs: true,
      gradFunc: (dy, saved, attributes) => {
        const { axis } = attributes as unknown as { axis: number };
        const parts = tf.split(
          dy as Tensor,
          saved.map(({ shape }) => shape[axis]),
          axis,
        );
        return parts.map((part) => () => part) as never;
      },
    },
    {
      kernelName: 'SplitV',
      gradFunc: (dy, _saved, attributes) => {
        const { axis } = attributes as unknown as { axis: number };
        return { x: () => tf.concat(dy as Tensor[], axis) };
      },
    },
  ];
}

/** Sums a gradient over what broadcasting repeated. */
function summedTo(tf: TensorFlow, gradient: Tensor, shape: readonly number[]): Tensor {
  const extra = gradient.rank - shape.length;
  const axes = gradient.shape.map((side, i) => (i < extra || (shape[i - extra] === 1 && side > 1) ? i : -1));
  const repeated = axes.filter((i) => i >= 0);
  return repeated.length === 0 ? gradient : tf.reshape(tf.sum(gradient, repeated), shape as number[]);
}
