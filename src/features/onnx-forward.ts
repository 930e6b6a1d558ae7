import type { Provider } from '../engine/names.js';
import { type OnnxRuntime, onnxVersion } from '../engine/onnx.js';
import type { FeatureMap, Forward } from './forward.js';
import { IMAGE, type Network } from './network.js';
import { type AddNetwork, onnxModel } from './onnx-model.js';
import type { Parameters } from './parameters.js';

/**
 * Runs a network in onnxruntime, on the CPU with one thread: images are shared out over workers instead, which
 * keeps every core on one image's data. Other providers take one image at a time from each worker. Channels-first inside, turned to channels-last at the edges.
 */
export async function createOnnxForward(
  runtime: OnnxRuntime,
  network: Network,
  parameters: Parameters,
  side: number,
  { provider = 'cpu', add }: { provider?: Provider; add?: AddNetwork } = {},
): Promise<Forward> {
  const session = await openSession(runtime, onnxModel(network, parameters, side, add), provider);
  return {
    library: `onnxruntime ${onnxVersion(runtime)} (${provider})`,
    async forward(image, given) {
      if (given !== side) throw new RangeError(`the session was built for ${side} px, the image has ${given} px`);
      const results = await session.run({
        [IMAGE]: new runtime.Tensor('float32', channelsFirst(image, side), [1, 3, side, side]),
      });
      return network.outputs.map(({ output }) => channelsLast(results[output].data, results[output].dims));
    },
    dispose: () => session.release(),
  };
}

type Session = Awaited<ReturnType<OnnxRuntime['InferenceSession']['create']>>;

/** A session on one thread. */
export function openSession(runtime: OnnxRuntime, model: Uint8Array, provider: Provider = 'cpu'): Promise<Session> {
  return runtime.InferenceSession.create(model, {
    executionProviders: [provider],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    // Errors only.
    logSeverityLevel: 3,
  });
}

/** [side × side × 3] to [3 × side × side]. */
export function channelsFirst(image: Float32Array, side: number): Float32Array {
  const area = side * side;
  const out = new Float32Array(3 * area);
  for (let p = 0; p < area; p++) for (let c = 0; c < 3; c++) out[c * area + p] = image[p * 3 + c];
  return out;
}

/** [1 × channels × height × width] to channels last. */
export function channelsLast(data: Float32Array, [, channels, height, width]: readonly number[]): FeatureMap {
  const area = height * width;
  const out = new Float32Array(data.length);
  for (let c = 0; c < channels; c++) for (let p = 0; p < area; p++) out[p * channels + c] = data[c * area + p];
  return { height, width, channels, data: out };
}
