import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { specNetwork, specParameters } from '../features/embedder.js';
import { layerShapes } from '../features/layers.js';
import type { Network } from '../features/network.js';
import { embeddingMaps, mapsLayout, patchDimensions } from '../features/reading.js';
import type { FeatureSpec } from '../features/spec.js';
import { createTensorFlowNetwork } from '../features/tensorflow-network.js';
import type { Device } from './device.js';
import { createDeviceEmbedding } from './embedding.js';

/** A network and what is read of it, on a device. */
export interface DeviceNetwork {
  /** Normalised images [count × crop × crop × 3] to what the spec reads of each, one after another. In `attempt` only. */
  read(images: Float32Array, count: number): Promise<Float32Array>;
  /** Images as in `read` to what the spec reads, [count × values] or [count × positions × 1024]; inside `tf.tidy`. */
  values(images: Float32Array, count: number): Tensor;
  /** Images as in `read` to the layers' maps [count × h × w × c], in order; inside `tf.tidy`. */
  maps(images: Float32Array, count: number): Tensor4D[];
  /** Bytes of the largest activation of one image. */
  imageBytes: number;
  dispose(): void;
}

/** Puts a network on a device, all that it keeps with it: what found no room would be missed by every later image. @throws InputError for unusable weights; OutOfMemory. */
export async function createDeviceNetwork(device: Device, spec: FeatureSpec): Promise<DeviceNetwork> {
  const { tf } = device;
  const network = specNetwork(spec);
  const parameters = await specParameters(spec, network);
  const { crop } = spec.preprocessing;
  const kept: Tensor[] = [];
  const put = async (): Promise<DeviceNetwork> => {
    const built = createTensorFlowNetwork(tf, network, parameters);
    const reading = createDeviceReading(device, spec);
    kept.push(...built.constants, ...reading.constants);
    if (device.gpu) for (const tensor of kept) device.gpu.tensor(tensor);
    const maps = (images: Float32Array, count: number): Tensor4D[] =>
      built.forward(tf.tensor4d(images, [count, crop, crop, 3]));
    return {
      maps,
      values: (images, count) => reading.read(maps(images, count)),
      async read(images, count) {
        const values = tf.tidy(() => reading.read(maps(images, count)));
        const found = (await values.data()) as Float32Array;
        values.dispose();
        return found;
      },
      imageBytes: largestBytes(network, crop),
      dispose() {
        built.dispose();
        reading.dispose();
      },
    };
  };
  return device.attempt(put).catch((error) => {
    tf.dispose(kept);
    throw error;
  });
}

/** Maps to [count × values]. */
interface Reading {
  read(maps: Tensor4D[]): Tensor;
  /** What it keeps. */
  constants: readonly Tensor[];
  dispose(): void;
}

/** The spec's reading on a device. */
function createDeviceReading({ tf }: Device, spec: FeatureSpec): Reading {
  if (spec.reading?.kind !== 'maps') {
    const widths = layerShapes(spec).map(({ channels }) => channels);
    const embedding = createDeviceEmbedding(tf, embeddingMaps(spec), widths, patchDimensions(spec));
    const { constants } = embedding;
    return { read: (maps) => embedding.embed(maps), constants, dispose: () => embedding.dispose() };
  }
  const { maps: layouts } = mapsLayout(spec);
  return {
    read(maps) {
      const parts = layouts.flatMap(({ channels }, m): Tensor[] => {
        const map = maps[m];
        if (channels.length === 0) return [];
        const all = channels.length === map.shape[3];
        const kept = all ? map : tf.gather(map, tf.tensor1d(channels, 'int32'), 3);
        return [tf.reshape(kept, [map.shape[0], -1])];
      });
      return parts.length === 1 ? parts[0] : tf.concat(parts, 1);
    },
    constants: [],
    dispose: () => {},
  };
}

/**
 * Bytes of the largest activation of one image. Of a ResNet the stem's output, a quarter of the pixels at 64 channels, twice for its
 * padded copy; of a transformer the attention of all heads, before and after the softmax, or the inner values of a block.
 */
function largestBytes({ steps }: Network, crop: number): number {
  const tokens = steps.find((step) => step.op === 'tokens');
  if (!tokens) return 2 * 4 * 64 * (crop / 2) ** 2;
  const count = tokens.grid ** 2 + 1 + tokens.registers;
  const heads = Math.max(...steps.map((step) => (step.op === 'attention' ? step.heads : 0)));
  return 4 * Math.max(3 * heads * count ** 2, 3 * 4 * tokens.channels * count);
}
