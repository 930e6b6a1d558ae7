import { engineError } from '../engine/explain-failure.js';
import { type Engine, parseChoice } from '../engine/names.js';
import { importOnnxRuntime, type OnnxRuntime, onnxVersion } from '../engine/onnx.js';
import { InputError } from '../errors.js';
import type { FeatureMap, Forward } from './forward.js';
import { channelsFirst, channelsLast, openSession } from './onnx-forward.js';
import { ONNX_IMAGE, onnxLayer, preparedBytes } from './onnx-network.js';
import type { FeatureSpec, OnnxLayer, WeightSource } from './spec.js';

/** The engine that runs an ONNX file: onnxruntime on the provider of the lab's engine, else on the processor. */
export function onnxEngine(engine: Engine): Engine {
  return parseChoice(engine).name === 'onnx' ? engine : 'onnx';
}

/**
 * Runs the network of an ONNX file, one image at a time on one thread.
 * @throws InputError for an unusable file, or with the mend when onnxruntime or its provider does not start.
 */
export async function createForeignForward(spec: FeatureSpec, engine: Engine): Promise<Forward> {
  const { layers } = spec.network!;
  const own = onnxEngine(engine);
  const runtime = await startRuntime(own);
  const file = fileOf(spec.weights);
  const bytes = await preparedBytes(
    file,
    layers.map(({ layer }) => layer),
  );
  const { provider } = parseChoice(own);
  const session = await openSession(runtime, bytes, provider).catch((error) => {
    throw unusable(file.path, error);
  });
  return {
    library: `onnxruntime ${onnxVersion(runtime)} (${provider})`,
    async forward(image, side) {
      const results = await session.run({
        [ONNX_IMAGE]: new runtime.Tensor('float32', channelsFirst(image, side), [1, 3, side, side]),
      });
      return layers.map((layer, i) => {
        const { data, dims } = results[onnxLayer(i)];
        return layerMap(layer, data, dims);
      });
    },
    dispose: () => session.release(),
  };
}

/** onnxruntime. @throws InputError with the mend. */
export async function startRuntime(engine: Engine): Promise<OnnxRuntime> {
  try {
    return await importOnnxRuntime();
  } catch (error) {
    throw engineError(engine, error);
  }
}

/** What onnxruntime says of a network it does not take. */
export function unusable(path: string, error: unknown): InputError {
  const [first] = String((error as Error)?.message ?? error).split('\n');
  return new InputError(
    `onnxruntime cannot run ${path}: ${first.slice(0, 300)}`,
    'Check the network with onnx.checker and run it in Python first',
    { cause: error },
  );
}

/** The file of an ONNX network. @throws InputError where weights are not a file. */
export function fileOf(weights: WeightSource): Extract<WeightSource, { kind: 'file' }> {
  if (weights.kind === 'file') return weights;
  throw new InputError('an ONNX network brings its own weights', 'Leave the random weights out');
}

/** An output of the network as a map, channels last, tokens in front dropped. */
function layerMap(
  { form, side, channels, others }: OnnxLayer,
  data: Float32Array,
  dims: readonly number[],
): FeatureMap {
  if (form === 'channels-first') return channelsLast(data, dims);
  return {
    height: side,
    width: side,
    channels,
    data: data.slice(others * channels, (others + side * side) * channels),
  };
}
