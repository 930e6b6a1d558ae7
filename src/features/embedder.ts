import { engineError } from '../engine/explain-failure.js';
import { type Engine, isDevice, parseChoice } from '../engine/names.js';
import { importOnnxRuntime } from '../engine/onnx.js';
import { randomFromDraw } from '../random.js';
import type { Forward } from './forward.js';
import { nativeNetwork } from './native-network.js';
import type { Network } from './network.js';
import { createForeignForward } from './onnx-foreign.js';
import { createOnnxForward } from './onnx-forward.js';
import { addInt8Network } from './onnx-int8.js';
import { type AddNetwork, addNetwork } from './onnx-model.js';
import { loadParameters, type Parameters, randomParameters } from './parameters.js';
import { createReading } from './reading.js';
import type { FeatureSpec } from './spec.js';
import { createTensorFlowForward } from './tensorflow-forward.js';

/** Turns one normalised image [crop × crop × 3] into layer maps, and these into what the spec reads. */
export interface Embedder {
  /** Library, version and provider that run the network. */
  library: string;
  forward: Forward['forward'];
  embed: ReturnType<typeof createReading>;
  dispose(): Promise<void>;
}

/** Loads or draws the parameters a spec names, checked against the truncated network. */
export async function specParameters(spec: FeatureSpec, network: Network): Promise<Parameters> {
  if (spec.weights.kind === 'file') return loadParameters(network, spec.weights.path, spec.weights.within?.prefix);
  // Used as it is: saved detectors hold the hash of these weights.
  return randomParameters(network, randomFromDraw(spec.weights.seed));
}

/** The network that a spec names, built here, for its crop. */
export function specNetwork({ backbone, layers, preprocessing }: FeatureSpec): Network {
  return nativeNetwork(backbone, layers, preprocessing.crop);
}

/** What writes a spec's network into an ONNX graph, in its precision. */
export function specWriter({ precision, spans }: FeatureSpec): AddNetwork {
  if (precision !== 'int8') return addNetwork;
  if (!spans) throw new RangeError('the activations of a network in int8 were not measured');
  return (graph, network, parameters) => addInt8Network(graph, network, parameters, spans);
}

/**
 * Builds a spec's network on one thread.
 * @throws InputError for unusable weights, or with the mend when onnxruntime or its provider does not start.
 */
export async function createEmbedder(spec: FeatureSpec, engine: Engine): Promise<Embedder> {
  const built = spec.network ? await createForeignForward(spec, engine) : await createForward(spec, engine);
  return {
    library: built.library,
    forward: (image, side) => built.forward(image, side),
    embed: createReading(spec),
    dispose: () => built.dispose(),
  };
}

async function createForward(spec: FeatureSpec, engine: Engine): Promise<Forward> {
  const { name, provider } = parseChoice(engine);
  if (isDevice(name)) throw new RangeError(`${name} takes whole batches and runs on no thread`);
  const network = specNetwork(spec);
  const parameters = await specParameters(spec, network);
  if (name !== 'onnx') return createTensorFlowForward(network, parameters, name);
  try {
    const how = { provider, add: specWriter(spec) };
    return await createOnnxForward(await importOnnxRuntime(), network, parameters, spec.preprocessing.crop, how);
  } catch (error) {
    throw engineError(engine, error);
  }
}
