import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../engine/tensorflow.js';
import { EMBEDDING_DIMENSIONS } from '../features/embedding.js';
import type { LayerMap } from '../features/layer-map.js';

/** The patch embedding on a device: layer maps [batch × h × w × c] to [batch × positions × dimensions], inside `tf.tidy`. */
export interface DeviceEmbedding {
  embed(maps: readonly Tensor4D[]): Tensor;
  /** What it keeps. */
  constants: readonly Tensor[];
  dispose(): void;
}

/**
 * The same linear map as {@link createEmbedding} in ops that every backend has: the pooled 3×3 neighbourhoods are one
 * convolution a layer with a mostly empty kernel, upsampling is bilinear with half-pixel centres, and layers are added at
 * their channels.
 */
export function createDeviceEmbedding(
  tf: TensorFlow,
  maps: readonly LayerMap[],
  widths: readonly number[],
  dimensions: number = EMBEDDING_DIMENSIONS,
): DeviceEmbedding {
  const layers = maps.map((layer, i) => ({ layer, kernel: tf.keep(kernel(tf, layer, widths[i])) }));
  const constants = layers.map(({ kernel: own }) => own);
  return {
    constants,
    embed(given) {
      const [, height, width] = given[0].shape;
      const parts = given.map((map, i): Tensor => {
        const { layer, kernel: own } = layers[i];
        const pooled = tf.conv2d(map, own, 1, 'same');
        const [, h, w] = map.shape;
        const wide =
          h === height && w === width ? pooled : tf.image.resizeBilinear(pooled, [height, width], false, true);
        const after = dimensions - layer.first - layer.count;
        if (layer.first === 0 && after === 0) return wide;
        return tf.pad(wide, [
          [0, 0],
          [0, 0],
          [0, 0],
          [layer.first, after],
        ]);
      });
      const sum = parts.reduce((total, part) => tf.add(total, part));
      return tf.reshape(sum, [-1, height * width, dimensions]);
    },
    dispose: () => tf.dispose(constants),
  };
}

/** [3 × 3 × channels × count]. */
function kernel(tf: TensorFlow, { count, start, channel, tap, factor }: LayerMap, channels: number): Tensor4D {
  const values = new Float32Array(9 * channels * count);
  for (let j = 0; j < count; j++) {
    for (let e = start[j]; e < start[j + 1]; e++) values[(tap[e] * channels + channel[e]) * count + j] += factor[e];
  }
  return tf.tensor4d(values, [3, 3, channels, count]);
}
