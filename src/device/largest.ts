import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../engine/tensorflow.js';

/** Columns looked at one by one: rows of fewer need no groups. */
const GROUP = 128;

/**
 * Column of each row's largest value, the lowest of equals: [q × m] to [q], int32; in `tf.tidy`. Wide rows in two steps, groups of 128
 * by their maxima and then the columns of the best group: a GPU's maximum is a parallel reduction, its ArgMax walks a row.
 */
export function largestColumns(tf: TensorFlow, values: Tensor2D): Tensor1D {
  const [q, m] = values.shape;
  if (m <= 2 * GROUP) return tf.argMax(values, 1) as Tensor1D;
  const groups = Math.ceil(m / GROUP);
  const none: [number, number] = [0, 0];
  const padded =
    groups * GROUP === m ? values : tf.pad(values, [none, [0, groups * GROUP - m]], Number.NEGATIVE_INFINITY);
  const grouped = tf.reshape(padded, [q * groups, GROUP]);
  const best: Tensor = tf.argMax(tf.reshape(tf.max(grouped, 1), [q, groups]), 1);
  const first = tf.mul(tf.range(0, q, 1, 'int32'), tf.scalar(groups, 'int32'));
  const column = tf.argMax(tf.gather(grouped, tf.add(first, best) as Tensor1D), 1);
  return tf.add(tf.mul(best, tf.scalar(GROUP, 'int32')), column) as Tensor1D;
}
