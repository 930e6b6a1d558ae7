import type { Executor, FeatureMap } from './executor.js';
import { IMAGE, type Network } from './network.js';
import { onnxModel } from './onnx-model.js';
import type { Parameters } from './parameters.js';

/** The part of onnxruntime-node that is used; the package is an optional peer and may be absent. */
interface OnnxRuntime {
  env: { versions: { node?: string; common?: string } };
  Tensor: new (type: 'float32', data: Float32Array, shape: readonly number[]) => { data: Float32Array; dims: number[] };
  InferenceSession: {
    create(
      model: Uint8Array,
      options: object,
    ): Promise<{
      run(feeds: object): Promise<Record<string, { data: Float32Array; dims: readonly number[] }>>;
      release(): Promise<void>;
    }>;
  };
}

/** onnxruntime-node, or undefined where it is not installed or does not load. */
export async function loadOnnxRuntime(): Promise<OnnxRuntime | undefined> {
  const name = 'onnxruntime-node';
  try {
    const loaded = (await import(name)) as OnnxRuntime & { default?: OnnxRuntime };
    return loaded.default ?? loaded;
  } catch {
    return undefined;
  }
}

/**
 * Runs a network in onnxruntime on the CPU with one thread: images are shared out over workers instead, which
 * keeps every core on one image's data. Channels-first inside, turned to channels-last at the edges.
 */
export async function createOnnxExecutor(
  runtime: OnnxRuntime,
  network: Network,
  parameters: Parameters,
  side: number,
): Promise<Executor> {
  const session = await runtime.InferenceSession.create(onnxModel(network, parameters, side), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
  });
  return {
    name: `onnxruntime ${runtime.env.versions.node ?? runtime.env.versions.common} (cpu)`,
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

function channelsFirst(image: Float32Array, side: number): Float32Array {
  const area = side * side;
  const out = new Float32Array(3 * area);
  for (let p = 0; p < area; p++) for (let c = 0; c < 3; c++) out[c * area + p] = image[p * 3 + c];
  return out;
}

function channelsLast(data: Float32Array, [, channels, height, width]: readonly number[]): FeatureMap {
  const area = height * width;
  const out = new Float32Array(data.length);
  for (let c = 0; c < channels; c++) for (let p = 0; p < area; p++) out[p * channels + c] = data[c * area + p];
  return { height, width, channels, data: out };
}
