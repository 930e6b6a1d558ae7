import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../engine/tensorflow.js';

/**
 * Cholesky's elimination of many symmetric positive definite matrices at once, from ops that every backend has. Of
 * [A | B] it visits, column by column, the rows of [Lᵀ | L⁻¹B] from the diagonal on: step j sees [p × 1 × (d − j + columns of B)].
 * In float32: relative errors grow with the condition of A. A pivot that is not positive gives NaN.
 * @param augmented [p × d × (d + columns)].
 */
export function eliminate(tf: TensorFlow, augmented: Tensor3D, visit: (row: Tensor3D, j: number) => void): void {
  let [p, d, width] = augmented.shape;
  let rest = augmented;
  for (let j = 0; d > 0; j++, d--, width--) {
    const row = tf.tidy(() => {
      const top = tf.slice(rest, [0, 0, 0], [p, 1, width]);
      return tf.div(top, tf.sqrt(tf.slice(top, [0, 0, 0], [p, 1, 1])));
    }) as Tensor3D;
    visit(row, j);
    if (d === 1) {
      tf.dispose([row, rest]);
      return;
    }
    const next = tf.tidy(() => {
      const column = tf.reshape(tf.slice(row, [0, 0, 1], [p, 1, d - 1]), [p, d - 1, 1]);
      const across = tf.slice(row, [0, 0, 1], [p, 1, width - 1]);
      return tf.sub(tf.slice(rest, [0, 1, 1], [p, d - 1, width - 1]), tf.mul(column, across));
    }) as Tensor3D;
    tf.dispose([row, rest]);
    rest = next;
  }
}

/** Covariances (N − 1) plus `regularisation` on the diagonal, of centred points [p × n × d] to [p × d × d]. */
export function covariances(tf: TensorFlow, centred: Tensor3D, regularisation: number): Tensor3D {
  const [, n, d] = centred.shape;
  return tf.tidy(() => {
    const turned = tf.transpose(centred, [0, 2, 1]);
    const scaled = tf.div(tf.matMul(turned, centred), Math.max(1, n - 1));
    const diagonal = tf.reshape(tf.mul(tf.eye(d), regularisation), [1, d, d]);
    return tf.add(scaled, diagonal) as Tensor3D;
  });
}

/** Points [p × n × d] less their mean over n. */
export function centre(tf: TensorFlow, points: Tensor3D): { centred: Tensor3D; mean: Tensor } {
  const [p, n, d] = points.shape;
  const mean = tf.div(tf.sum(points, 1), n);
  return { centred: tf.sub(points, tf.reshape(mean, [p, 1, d])) as Tensor3D, mean };
}
