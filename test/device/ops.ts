import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../../src/engine/tensorflow.js';
import { createRandom } from '../../src/random.js';

const random = createRandom(7);
const values = (count: number, low = -1, high = 1): Float32Array =>
  Float32Array.from({ length: count }, () => random.uniform(low, high));
const matrix = values(12 * 20);
const other = values(20 * 9);
const batch = values(3 * 8 * 5);
const image = values(2 * 9 * 9 * 6);
const kernel = values(3 * 3 * 6 * 7);
const positive = values(40, 0.1, 3);
const vector = values(40);
const distinct = createRandom(3).distinct(50, 50);

function around(tf: TensorFlow): Tensor4D {
  const none: [number, number] = [0, 0];
  return tf.pad(tf.tensor4d(image, [2, 9, 9, 6]), [none, [1, 1], [1, 1], none]);
}

function convolution(tf: TensorFlow, strides: number, pad: 'same' | 'valid'): Tensor {
  return tf.fused.conv2d({
    x: pad === 'same' ? tf.tensor4d(image, [2, 9, 9, 6]) : around(tf),
    filter: tf.tensor4d(kernel, [3, 3, 6, 7]),
    strides,
    pad,
    bias: tf.tensor1d(vector.slice(0, 7)),
    activation: strides === 1 ? 'relu' : 'linear',
  });
}

/** Every op that the project asks of a backend, on small inputs, as the project calls it. */
export const OPS: Readonly<Record<string, (tf: TensorFlow) => Tensor | Tensor[]>> = {
  matMul: (tf) => tf.matMul(tf.tensor2d(matrix, [12, 20]), tf.tensor2d(other, [20, 9])),
  'matMul of batches': (tf) => {
    const x = tf.tensor3d(batch, [3, 8, 5]);
    return tf.matMul(x, tf.transpose(x, [0, 2, 1]));
  },
  transpose: (tf) => tf.transpose(tf.tensor3d(batch, [3, 8, 5]), [0, 2, 1]),
  'conv2d, same': (tf) => tf.conv2d(tf.tensor4d(image, [2, 9, 9, 6]), tf.tensor4d(kernel, [3, 3, 6, 7]), 1, 'same'),
  'fused conv2d, same, with bias and relu': (tf) => convolution(tf, 1, 'same'),
  'fused conv2d of a padded map with stride': (tf) => convolution(tf, 2, 'valid'),
  'maxPool of a padded map': (tf) => tf.maxPool(around(tf), 3, 2, 'valid'),
  'resizeBilinear, half-pixel': (tf) =>
    tf.image.resizeBilinear(tf.tensor4d(image, [2, 9, 9, 6]), [18, 18], false, true),
  'pad of channels': (tf) =>
    tf.pad(tf.tensor4d(image, [2, 9, 9, 6]), [
      [0, 0],
      [0, 0],
      [0, 0],
      [2, 3],
    ]),
  'add, sub, mul, div with broadcasting': (tf) => {
    const x = tf.tensor3d(batch, [3, 8, 5]);
    const y = tf.tensor3d(positive.slice(0, 15), [3, 1, 5]);
    return [tf.add(x, y), tf.sub(x, y), tf.mul(x, y), tf.div(x, y)];
  },
  'minimum, maximum, relu, neg, square': (tf) => {
    const x = tf.tensor1d(vector);
    const y = tf.tensor1d(positive);
    return [tf.minimum(x, y), tf.maximum(x, y), tf.relu(x), tf.neg(x), tf.square(x)];
  },
  'sqrt, exp, log, tanh, softplus, sigmoid, step': (tf) => {
    const x = tf.tensor1d(positive);
    const y = tf.tensor1d(vector);
    return [tf.sqrt(x), tf.exp(y), tf.log(x), tf.tanh(y), tf.softplus(y), tf.sigmoid(y), tf.step(y)];
  },
  'sum, mean, min over an axis': (tf) => {
    const x = tf.tensor3d(batch, [3, 8, 5]);
    return [tf.sum(x, 1), tf.sum(x, 2, true), tf.mean(x, 1), tf.min(x, 2)];
  },
  topk: (tf) => {
    const { values: found, indices } = tf.topk(tf.tensor2d([...distinct], [2, 25]), 4);
    return [found, indices];
  },
  gather: (tf) => [
    tf.gather(tf.tensor1d(vector), tf.tensor1d([3, 39, 0, 3], 'int32')),
    tf.gather(tf.tensor4d(image, [2, 9, 9, 6]), tf.tensor1d([5, 1], 'int32'), 3),
  ],
  'slice, concat, split': (tf) => {
    const x = tf.tensor3d(batch, [3, 8, 5]);
    const parts = tf.split(x, [2, 3], 2);
    return [tf.slice(x, [0, 2, 1], [3, 4, 2]), tf.concat([parts[1], parts[0]], 2)];
  },
  'eye, range, zeros, onesLike, clone, reshape': (tf) => [
    tf.eye(4),
    tf.range(0, 6, 1, 'int32'),
    tf.zeros([2, 3]),
    tf.onesLike(tf.tensor1d(vector)),
    tf.clone(tf.tensor1d(vector)),
    tf.reshape(tf.tensor1d(vector), [8, 5]),
  ],
};

/** Results of every op on the current backend, or what it threw. */
export async function runOps(tf: TensorFlow): Promise<Record<string, number[] | string>> {
  const results: Record<string, number[] | string> = {};
  for (const [name, op] of Object.entries(OPS)) {
    try {
      const outputs = [op(tf)].flat();
      const found: number[] = [];
      for (const output of outputs) found.push(...(await output.data()));
      results[name] = found;
    } catch (error) {
      results[name] = (error as Error).message;
    }
  }
  return results;
}
