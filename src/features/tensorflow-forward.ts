import { type Backend, loadTensorFlow } from '../engine/tensorflow.js';
import type { FeatureMap, Forward } from './forward.js';
import type { Network } from './network.js';
import type { Parameters } from './parameters.js';
import { createTensorFlowNetwork } from './tensorflow-network.js';

/** Runs a network with TensorFlow.js, one image at a time. */
export async function createTensorFlowForward(
  network: Network,
  parameters: Parameters,
  backend: Backend = 'wasm',
): Promise<Forward> {
  const tf = await loadTensorFlow(backend);
  const built = createTensorFlowNetwork(tf, network, parameters);
  return {
    library: `tfjs ${tf.version_core} (${backend})`,
    async forward(image, side) {
      const outputs = tf.tidy(() => built.forward(tf.tensor4d(image, [1, side, side, 3])));
      const maps: FeatureMap[] = [];
      for (const tensor of outputs) {
        const [, height, width, channels] = tensor.shape;
        maps.push({ height, width, channels, data: (await tensor.data()) as Float32Array });
        tensor.dispose();
      }
      return maps;
    },
    dispose: async () => built.dispose(),
  };
}
